"""The errors of ``helpers.data``, and what one of the system or the network means, in words.

The lessons and ``python -m helpers`` both ask here, so both say the same.
"""

import errno
import os
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from helpers.language import marked, say

SYSTEM = {
    "ENOSPC": marked("No space left on device: make room"),
    "EDQUOT": marked("your share of this disk is used up: make room"),
    "EROFS": marked("Read-only file system: choose another folder"),
    "EACCES": marked("Permission denied: give this user the right to, or choose another folder"),
    "EPERM": marked(
        "Operation not permitted: give this user the right to, or choose another folder"
    ),
    "ENOENT": marked("there is no such file or folder: correct the path"),
    "EEXIST": marked("something lies there already: move it away"),
    "ENOTDIR": marked("a file lies where a folder belongs: move it away"),
    "EISDIR": marked("a folder lies where a file belongs: move it away"),
    "ELOOP": marked("its links lead round in a circle: remove them"),
    "ENAMETOOLONG": marked("the name is too long: choose a shorter path"),
    "ENOLCK": marked("this file system has no locks: choose another folder"),
    "EIO": marked("the disk or its connection fails: choose another one"),
    "ESTALE": marked("the network drive has lost this folder: connect it again"),
    "EMFILE": marked("too many files are open: restart the kernel"),
}
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # variables that name a file of certificates


class DataError(RuntimeError):
    """Images cannot be had, or are not what they should be; the message says what to do."""


class Unreachable(DataError):
    """Every source was tried, and none gave a whole set."""


class Unwritable(DataError):
    """No folder can take the images."""


def of_system(error: OSError) -> str:
    """An error of files and folders in one line.

    Example:
        >>> of_system(OSError(errno.ENOSPC, ""))
        'No space left on device: make room'
    """
    name = errno.errorcode.get(error.errno or 0, "")
    told = error.strerror or str(error) or type(error).__name__
    words = say(SYSTEM[name]) if name in SYSTEM else told
    if error.filename is None or isinstance(error.filename, int):
        return words
    if error.errno == errno.ENOENT and os.path.islink(error.filename):
        words = say("a link that leads nowhere: remove it, or bring back what it names")
    return f"{os.fsdecode(error.filename)}: {words}"


def of_network(error: Exception, address: str, seconds: float) -> str:
    """What asking for an address with ``requests`` raised, in one line."""
    import requests

    inner = list(_chain(error))
    proxy = proxy_of(address)
    if not isinstance(error, requests.RequestException) and (named := _missing_bundle()):
        return named
    if isinstance(error, requests.exceptions.ProxyError) or (proxy and _unreached(error)):
        return of_proxy(address, " ".join(map(str, inner)))
    if isinstance(error, requests.exceptions.SSLError) or _first(inner, ssl.SSLError):
        return _of_certificate(urlsplit(address).hostname or "", inner)
    if isinstance(error, requests.Timeout) or any("timed out" in str(one) for one in inner):
        through = say(" through {proxy}", proxy=proxy) if proxy else ""
        return say(
            "no answer{through} within {seconds:g} seconds", through=through, seconds=seconds
        )
    if isinstance(error, requests.ConnectionError) and _unreached(error):
        return say("cannot be reached: no network, or no such host")
    if isinstance(error, requests.TooManyRedirects):
        return say("it sends in circles from address to address: use another one")
    if isinstance(error, (requests.exceptions.InvalidURL, ValueError)):
        return say(
            "{address} or a proxy variable is no address that can be asked: correct it",
            address=address,
        )
    deepest = next((one for one in reversed(inner) if isinstance(one, OSError)), error)
    why = getattr(deepest, "strerror", None)
    return say("the connection broke off") + (f" ({why})" if why else "")


def lasting(error: Exception, address: str) -> bool:
    """Whether asking again would change nothing: no network, a bad certificate, a dead proxy."""
    import requests
    from urllib3.exceptions import HTTPError

    passing = (
        requests.ConnectionError, requests.Timeout, HTTPError, ConnectionError,
        requests.exceptions.ChunkedEncodingError,
    )  # fmt: skip
    return (
        not isinstance(error, passing)
        or isinstance(error, requests.exceptions.SSLError)
        or _unreached(error)
        or bool(proxy_of(address))
    )


def proxy_of(address: str) -> str:
    """The proxy that is asked for ``address``, and who says so; empty when there is none."""
    from requests.utils import get_environ_proxies, select_proxy

    try:
        proxy = select_proxy(address, get_environ_proxies(address))
    except ValueError:  # not even an address
        return ""
    if not proxy:
        return ""
    names = [f"{address.partition(':')[0]}_proxy", "all_proxy"]
    names = [name for both in names for name in (both, both.upper())]
    variable = next((name for name in names if os.environ.get(name)), "")
    says = (
        say("the variable {variable}", variable=variable)
        if variable
        else say("the settings of this system")
    )
    return say("the proxy {address} ({says})", address=without_password(proxy), says=says)


def without_password(address: str) -> str:
    """An address as it may be shown.

    Example:
        >>> without_password("http://ann:secret@proxy:3128/x")
        'http://proxy:3128/x'
    """
    begin, scheme, rest = address.rpartition("://")
    place, slash, path = rest.partition("/")
    return f"{begin}{scheme}{place.rpartition('@')[2]}{slash}{path}"


def of_proxy(address: str, text: str) -> str:
    """What to do about the proxy that is asked for ``address``, and answers this."""
    proxy = proxy_of(address) or say("the proxy")
    if "407" in text:
        return say(
            "{proxy} wants a name and a password: write them into the variable, as in "
            "http://name:password@host:port",
            proxy=proxy,
        )
    if "SOCKS" in text:
        return say(
            "{proxy} speaks SOCKS, which needs one more package: pip install pysocks", proxy=proxy
        )
    return say(
        "{proxy} does not do its work: ask for the right one, or remove the variable where "
        "there is none",
        proxy=proxy,
    )


def _of_certificate(host: str, inner: list[BaseException]) -> str:
    refused = _first(inner, ssl.SSLCertVerificationError)
    if refused is None:
        return say(
            "{host} gives no secure connection: a proxy or filter may stand between; try another "
            "network",
            host=host,
        )
    bundle = _bundle()
    known = (
        say(" by those in {bundle}={file}", bundle=bundle, file=os.environ[bundle])
        if bundle
        else ""
    )
    why = getattr(refused, "verify_message", "") or say("no reason given")
    if "expired" in why or "not yet valid" in why:
        remedy = say("is the clock of this machine right?")
    else:
        remedy = say(
            "a proxy or filter of this network may stand between; get its certificate from "
            "whoever runs the network, and set REQUESTS_CA_BUNDLE to that file"
        )
    return say(
        "the certificate of {host} is not accepted{known} ({why}): {remedy}",
        host=host,
        known=known,
        why=why,
        remedy=remedy,
    )


def _bundle() -> str:
    """The variable whose certificates requests takes; empty when it takes its own."""
    return next((name for name in BUNDLES if os.environ.get(name)), "")


def _missing_bundle() -> str:
    """requests reads these variables, and fails at once when the file is not there."""
    name = _bundle()
    if not name or os.path.exists(os.environ[name]):
        return ""
    return say(
        "the variable {name} names {file}, which is not there: correct or remove the variable",
        name=name,
        file=os.environ[name],
    )


def _unreached(error: Exception) -> bool:
    """No such host, connection refused, no route: without a network, waiting does not help."""
    import requests
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    kinds = (requests.ConnectTimeout, NewConnectionError, ConnectTimeoutError)
    return any(isinstance(one, kinds) for one in _chain(error))


def _first(errors: list[BaseException], kind: type) -> BaseException | None:
    return next((error for error in errors if isinstance(error, kind)), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and those inside it: urllib3 and requests wrap one into another, in many ways."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        within = [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
        waiting += [other for other in within if isinstance(other, BaseException)]
