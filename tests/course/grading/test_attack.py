"""Code that means harm, against ``python -m helpers progress``: ``make attack`` runs it all.

Each trial is an answer to exercise 2.1 that tries one thing. Whatever it does, it is not marked
right, the notebook that comes after it is, nothing outside has changed, nothing of it stays, and
no secret is in the table. What it aims at are decoys: a home, a neighbour's folder, a process and
sockets that this test has made. Code that has come through says BREACH.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

import helpers.course.exercises
from helpers.course.grading import sandbox
from helpers.course.grading.isolate import Runner
from helpers.course.grading.marking import Mark, marks
from tests.course.grading.test_grading import RIGHT, STUBS, lesson_02, says, table_of

pty = pytest.importorskip("pty")  # not on Windows

pytestmark = [
    pytest.mark.attack,
    pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux's own parts"),
]

SECRET = "the-secret-7b1f"
MARK = "attack-of-2b6e"  # in the name of whatever a trial makes

# What holds with walls and without: no answer ends another's run or gives itself a mark.
ANYWHERE = {
    "endless loop": "while True: pass",
    "a loop that catches everything": """
        while True:
            try: time.sleep(1)
            except BaseException: pass
        """,
    "a loop within one call": "re.match('(a+)+$', 'a' * 64 + 'b')",
    "a loop that ignores signals": """
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True: time.sleep(1)
        """,
    "sleep": "time.sleep(10**6)",
    "leave": "os._exit(0)",
    "leave politely": "sys.exit('Right')",
    "Ctrl-C": "raise KeyboardInterrupt('Right')",
    "abort": "os.abort()",
    "crash": "ctypes.string_at(0)",
    "kill itself": "os.kill(os.getpid(), 9)",
    "kill its group": "os.kill(0, 9)",
    "recursion": "f = lambda: f(); f()",
    "a deep answer": """
        deep = []
        for _ in range(10**5): deep = [deep]
        return deep
        """,
    "a thread that does not end": "threading.Thread(target=time.sleep, args=(10**6,)).start()",
    "a loop at exit": "atexit.register(time.sleep, 10**6)",
    "a detached child": """
        subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(999)', 'MARK'],
                         start_new_session=True)
        """,
    "children left behind": """
        for _ in range(3):
            if os.fork() == 0: time.sleep(999)
        """,
    "hundreds of processes": """
        for _ in range(300):
            if os.fork() == 0: time.sleep(999)
        time.sleep(999)
        """,
    "memory": "return bytearray(2**36)",
    "a tensor that fills the memory": "torch.ones(2**36)",
    "a large file": """
        with open('large', 'wb') as file:
            for _ in range(1400): file.write(bytes(2**20))
        breach('1.4 GB')
        """,
    "many open files": "files = [open('/dev/null') for _ in range(2000)]; breach('files')",
    "more than the limits": """
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**40, 2**40))
        with open('large', 'wb') as file: file.truncate(2**31)
        breach('limits')
        """,
    "a flood of output": "for _ in range(300): print('Right: ' + 'x' * 10**6)",
    "a flood on the channel": "while True: tell(b'x' * 10**6)",
    "a flood of messages": "while True: tell(b'{}\\n' * 10**5)",
    "deep JSON": "tell(b'[' * 10**6 + b'\\n'); tell(b'{\"a\":' * 10**5 + b'\\n')",
    "a long number": "tell(b'{\"number\": ' + b'9' * 10**6 + b'}\\n'); return 10**5000",
    "odd JSON": """
        for gave in ({'outcomes': [{'value': {'type': 'X', 'text': 5}}]}, {'answer': [[[]]]}, 'X'):
            tell(json.dumps({'number': '2.1', 'gave': gave}).encode() + b'\\n')
        """,
    "a dict that takes hours": """
        pairs = [[n * (2**61 - 1), 1] for n in range(40_000)]
        gave = {'outcomes': [{'value': {'dict': pairs}}], 'stub': False}
        tell(json.dumps({'number': '2.1', 'gave': gave}).encode() + b'\\n')
        """,
    "a forged verdict": """
        for words in (
            {'number': '2.1', 'gave': {'verdict': 'right', 'outcomes': [], 'stub': False}},
            {'number': '2.1', 'result': 'right', 'says': 'Right'}, ['Right'],
            {'questions': ['2.1'] * 9}, {'unreadable': 'Right'}, {'begins': '2.1'}):
            tell(json.dumps(words).encode() + b'\\n')
        """,
    "more time by a forged beginning": """
        tell(b'{\"ready\": true}\\n{\"questions\": [\"2.1\", \"2.2\"]}\\n')
        while True:
            tell(b'{\"begins\": \"2.1\"}\\n')
            time.sleep(0.01)
        """,
    "a closed channel": "os.closerange(0, 300); time.sleep(999)",
    "input": "return input('Right?')",
    "escape codes": "raise ValueError('\\x1b[2J\\x1b]0;Right\\x07 \\u202e ')",
    "a patched judge": """
        import helpers.course.exercises.framework as framework
        import helpers.course.grading.verdict, helpers.course.grading.wire
        framework.Exercise.judge = lambda *given: ('Right', 'patched')
        framework._difference = lambda *given: None
        framework.check = print
        helpers.course.grading.verdict.judge = lambda *given: ('right', 'patched')
        torch.allclose = lambda *given, **more: True
        """,
    "patched modules": """
        import builtins
        for name in list(sys.modules):
            if name.startswith('helpers'): sys.modules[name] = type(sys)('empty')
        builtins.print = builtins.isinstance = lambda *given: True
        """,
    "the frames above": """
        frame = sys._getframe()
        while frame:
            frame.f_locals.update(problem='', outcomes=[], done=[])
            frame = frame.f_back
        """,
    "a lying comparison": """
        class Liar(float):
            def __eq__(self, other): return True
            __ne__ = __lt__ = __gt__ = lambda self, other: False
            def __sub__(self, other): return 0.0
            __rsub__ = __abs__ = __sub__
        return Liar(0)
        """,
    "a lying tensor": """
        class Liar(torch.Tensor):
            @classmethod
            def __torch_function__(cls, *given, **more): return True
        return torch.zeros(()).as_subclass(Liar)
        """,
    "a lying class": """
        class Liar:
            __class__ = torch.Tensor
            def __getattr__(self, name): return lambda *given, **more: True
        return Liar()
        """,
    "a lying text": """
        class Text(str):
            def __str__(self): return self
            def __getitem__(self, key): raise KeyError(key)
        class Liar:
            def __repr__(self): return Text('Right')
        return Liar()
        """,
    "no text at all": """
        class Mute:
            def __repr__(self): os._exit(0)
        return Mute()
        """,
    "an error without a text": """
        class Mute(Exception):
            def __str__(self): raise Mute
        raise Mute
        """,
    "a pickle that runs code": """
        class Bomb:
            def __reduce__(self): return os.system, ('touch VICTIM',)
        return Bomb()
        """,
    "too large a number": "return 10**400",
    "a generator": "yield from range(3)",
}

BUILDERS = ["bubblewrap", "unshare"]

# What only walls hold off.
WALLED = {
    "a daemon": """
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                code = 'import time; time.sleep(999)'
                os.execv(sys.executable, [sys.executable, '-c', code, 'MARK'])
            os._exit(0)
        """,
    "a child that forgets its parent": """
        libc.prctl(1, 0)
        if os.fork() == 0:
            libc.prctl(1, 0)
            time.sleep(999)
        """,
    "a full folder": """
        for number in range(40):
            with open(f'{number}', 'wb') as file: file.write(bytes(2**22))
        breach('160 MB')
        """,
    "full shared memory": """
        for number in range(40):
            with open(f'/dev/shm/MARK{number}', 'wb') as file: file.write(bytes(2**22))
        breach('160 MB')
        """,
    "files without number": """
        for number in range(20_000): open(f'{number}', 'w').close()
        breach('files')
        """,
    "a file system of its own": """
        if libc.unshare(0x10000000 | 0x20000) == 0: breach('namespace')
        if os.system('unshare --user --map-root-user true') == 0: breach('namespace')
        """,
    "other mounts": """
        for place in (b'/', b'/usr', b'/proc', b'/answers', b'/dev'):
            if libc.mount(None, place, None, 32 | 4096, None) == 0: breach('remounted')
            if libc.umount2(place, 2) == 0: breach('unmounted')
        """,
    "another root": "if libc.chroot(b'/usr') == 0: breach('chroot')",
    "a device": "os.mknod('disk', 0o60666, os.makedev(254, 0)); breach('device')",
    "powers of a program": """
        shutil.copy('/bin/sh', 'sh'); os.chmod('sh', 0o6755)
        status = subprocess.run(['./sh', '-c', 'cat /proc/self/status; id -u'], capture_output=True)
        for line in open('/proc/self/status') if os.path.exists('/proc/self/status') else ():
            if line.startswith(('CapEff', 'CapPrm', 'CapBnd')) and int(line.split()[1], 16):
                breach(line)
        if libc.setuid(0) == 0 or os.getuid() == 0: breach('root')
        """,
    "overwrite": "open('VICTIM', 'w').write('gone')",
    "overwrite by torch.save": "torch.save(torch.ones(3), 'VICTIM')",
    "overwrite by a program": "os.system('echo gone > VICTIM; touch NEIGHBOUR/MARK')",
    "overwrite by sqlite": """
        import sqlite3
        sqlite3.connect('NEIGHBOUR/MARK').execute('create table a (b)')
        """,
    "overwrite by dir_fd": """
        folder = os.open('NEIGHBOUR', os.O_RDONLY)
        os.write(os.open('02.ipynb', os.O_WRONLY | os.O_TRUNC, dir_fd=folder), b'gone')
        """,
    "a pipe": "os.mkfifo('NEIGHBOUR/MARK')",
    "a link": "os.symlink('VICTIM', 'NEIGHBOUR/MARK')",
    "a hard link": "os.link('VICTIM', 'NEIGHBOUR/MARK')",
    "rename": "os.rename('VICTIM', 'NEIGHBOUR/MARK')",
    "remove": "shutil.rmtree('NEIGHBOUR')",
    "other rights": "os.chmod('VICTIM', 0o777)",
    "another time": "os.utime('VICTIM', (0, 0))",
    "patched realpath": """
        os.path.realpath = lambda path, **more: os.getcwd()
        open('VICTIM', 'w').write('gone')
        """,
    "a line in the package": "os.open('PACKAGE', os.O_WRONLY | os.O_APPEND); breach('package')",
    "a new module": """
        place = os.path.join(os.path.dirname(torch.__file__), '..', 'MARK.pth')
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY)); os.remove(place); breach('pth')
        """,
    "the program itself": """
        for place in ('/proc/self/exe', sys.executable, os.path.realpath(sys.executable)):
            try: os.utime(place); breach(place)
            except OSError: pass
            try: os.close(os.open(place, os.O_WRONLY)); breach(place)
            except OSError: pass
        """,
    "the system's settings": """
        for place in ('/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', '/sys/power/state'):
            try: os.close(os.open(place, os.O_WRONLY)); breach(place)
            except OSError: pass
        """,
    "a key of the home": "raise ValueError(open('HOME/.ssh/id').read())",
    "the neighbour's answers": "raise ValueError(open('NEIGHBOUR/02.ipynb').read())",
    "a search for secrets": """
        for place, folders, files in os.walk('/'):
            folders[:] = [f for f in folders if f not in ('usr', 'proc', 'sys', 'lib', 'lib64')]
            for file in files:
                if file in ('id', '02.ipynb', 'victim', 'shadow', 'MARK'): breach(place)
        """,
    "the environment": "raise ValueError(str(os.environ) + os.popen('env').read())",
    "the environment of others": """
        for place in glob.glob('/proc/[0-9]*/environ'):
            if b'TOKEN' in open(place, 'rb').read(): breach(place)
        raise ValueError(open('/proc/PID/environ').read())
        """,
    "open files": """
        for number in range(3, 1000):
            try: link = os.fstat(number)
            except OSError: continue
            if not stat.S_ISFIFO(link.st_mode) and number > 10: breach(number)
            if stat.S_ISSOCK(link.st_mode) or stat.S_ISREG(link.st_mode): breach(number)
        """,
    "memory of others": """
        for number in (PID, 1, 2, 3, os.getppid()):
            try: open(f'/proc/{number}/mem', 'rb'); breach(number) if number != os.getpid() else 0
            except OSError: pass
        """,
    "what is left in memory": """
        import gc
        sought = 'd9c5-tsenoh'[::-1]
        for held in gc.get_objects():
            if isinstance(held, (list, dict, tuple)):
                for part in held.values() if isinstance(held, dict) else held:
                    if isinstance(part, (str, bytes)) and sought in str(part):
                        breach(part)
        """,
    "a signal to others": """
        for number in range(1, 2000):
            try: os.kill(number, 0)
            except OSError: continue
            if number != os.getpid(): breach(number)
        os.kill(PID, 9)
        """,
    "a signal past Python": "libc.kill(PID, 9)",
    "a debugger": "if libc.ptrace(16, PID, 0, 0) == 0: breach('attached')",
    "TCP": "socket.create_connection(('127.0.0.1', PORT), 2)",
    "UDP": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'hello', ('127.0.0.1', PORT))",
    "TCP by a program": """
        code = "import socket; socket.create_connection(('127.0.0.1', PORT), 2)"
        done = subprocess.run([sys.executable, '-c', code], capture_output=True)
        if done.returncode == 0: breach('TCP')
        """,
    "a name on the network": "socket.gethostbyname('pypi.org'); breach('name')",
    "a unix socket": "socket.socket(socket.AF_UNIX).connect('SOCKET')",
    "a socket without a file": "socket.socket(socket.AF_UNIX).connect('\\0MARK')",
    "a socket to the machine's host": """
        try: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
        except OSError as error: refused = error.errno
        if refused != 97 or libc.syscall(425, 1, None) != -1: breach(refused)
        """,
    "raw packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW); breach('raw')",
    "a bound port": """
        with socket.create_server(('127.0.0.1', PORT)) as server: pass
        names = {name for _, name in socket.if_nameindex()}
        if names != {'lo'}: breach(names)
        """,
    "the processors of others": """
        here = os.sched_getaffinity(0)
        mask = ctypes.create_string_buffer(b'\\xff' * 128)
        if libc.sched_setaffinity(0, 128, mask) == 0: breach('processors')
        if os.system(f'taskset -pc 0-99 {os.getpid()}') == 0: breach('processors')
        os.sched_setaffinity(0, here); breach('processors')
        """,
    "the terminal": "os.open('/dev/tty', os.O_RDWR); breach('terminal')",
    "files for the next": """
        for place in ('.', '/tmp', '/dev/shm', '/var/tmp', '/dev', '/', '/run', '/dev/mqueue'):
            try: open(place + '/MARK', 'w').close()
            except OSError: pass
            if os.path.exists(place + '/MARK-of-before'): breach(place)
            try: open(place + '/MARK-of-before', 'w').close()
            except OSError: pass
        """,
    "memory for the next": """
        if libc.shmget(0x2b6e, 4096, 0o666) >= 0: breach('shared memory')
        libc.shmget(0x2b6e, 4096, 0o1666)
        """,
    "keys for the next": """
        number = {'x86_64': (248, 249, 250), 'aarch64': (217, 218, 219)}[os.uname().machine]
        if libc.syscall(number[2], 10, -3, b'user', b'MARK', 0) > 0: breach('key')
        libc.syscall(number[0], b'user', b'MARK', b'x', 1, -3)
        """,
}

# What is stopped for what it takes, not for its time.
GREEDY = {
    "memory in forks": """
        for _ in range(8):
            if os.fork() == 0:
                held = bytearray(b'x') * 2**30
                time.sleep(999)
        time.sleep(999)
        """,
    "shared memory": """
        import mmap
        held = []
        for _ in range(24):
            held.append(mmap.mmap(-1, 2**28))
            for place in range(0, 2**28, 4096): held[-1][place] = 1
        breach('6 GiB')
        """,
    "memory in files without a name": """
        held = []
        for number in range(110):
            held.append(os.memfd_create('x'))
            for _ in range(63): os.write(held[-1], bytes(2**20))
        time.sleep(3)
        breach('6.9 GB')
        """,
}

HEAD = """
    import atexit, ctypes, glob, json, os, re, shutil, signal, socket, stat, subprocess, sys
    import threading, time, torch
    libc = ctypes.CDLL(None)
    def breach(what): raise AssertionError(f"BRE" + f"ACH: {what}")
    def tell(data):
        for number in range(3, 64):
            try: os.write(number, data)
            except OSError: pass
"""


def trials() -> Iterator:
    """Builder of the walls, if any, and name."""
    for builder in BUILDERS:
        for name in [*ANYWHERE, *WALLED, *GREEDY]:
            yield pytest.param(builder, name, id=f"{builder}: {name}")
    # Each takes seconds here; the others differ in the verdict only, which is the same code.
    for name in dict.fromkeys(["children left behind", *[*ANYWHERE][::3]]):
        yield pytest.param("", name, id=f"unprotected: {name}")


class World:
    """What an attack could want, and whether it has got it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.neighbour = folder / "class" / "neighbour"
        self.neighbour.mkdir(parents=True)
        (self.neighbour / "02.ipynb").write_text(SECRET)
        (folder / "home" / ".ssh").mkdir(parents=True)
        (folder / "home" / ".ssh" / "id").write_text(SECRET)
        (folder / "victim").write_text(SECRET)
        (folder / "temporary").mkdir()
        self.decoy = subprocess.Popen(["sleep", "3000"], env={"TOKEN": SECRET})
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(type=socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.unix, self.nameless = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        self.unix.bind(str(folder / "socket"))
        self.nameless.bind(f"\0{MARK}")
        for server in (self.unix, self.nameless):
            server.listen()
        for server in (self.tcp, self.udp, self.unix, self.nameless):
            server.setblocking(False)
        self.before = self.state()

    def state(self) -> dict:
        files = [path for path in self.folder.rglob("*") if not path.is_socket()]
        return {
            str(path): (
                path.lstat().st_mode,
                path.lstat().st_mtime,
                path.is_file() and path.read_bytes(),
            )
            for path in files
            if path.name != "temporary"
        }

    def words(self) -> dict[str, object]:
        return {
            "VICTIM": self.folder / "victim",
            "NEIGHBOUR": self.neighbour,
            "HOME": self.folder / "home",
            "SOCKET": self.folder / "socket",
            "PACKAGE": Path(helpers.course.exercises.__file__).with_name("lesson03.py"),
            "PORT": self.port,
            "PID": self.decoy.pid,
            "MARK": MARK,
        }

    def is_untouched(self) -> None:
        assert self.state() == self.before
        assert self.decoy.poll() is None
        for server in (self.tcp, self.unix, self.nameless):
            with pytest.raises(BlockingIOError):
                server.accept()
        with pytest.raises(BlockingIOError):
            self.udp.recv(100)
        assert not list(Path("/dev/shm").glob(f"*{MARK}*"))
        assert not [
            p for p in psutil.process_iter(["cmdline"]) if MARK in (p.info["cmdline"] or [])
        ]

        homes = [p.info["environ"] or {} for p in psutil.process_iter(["environ"])]
        here = str(self.folder / "temporary")
        assert not [home for home in homes if home.get("HOME", "").startswith(here)]

    def close(self) -> None:
        for server in (self.tcp, self.udp, self.unix, self.nameless):
            server.close()
        self.decoy.kill()
        self.decoy.wait()


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("world"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOKEN", SECRET)
        patch.setenv("HOME", str(world.folder / "home"))
        patch.setattr(tempfile, "tempdir", str(world.folder / "temporary"))
        yield world
    world.close()


@pytest.fixture(scope="module")
def runners() -> Iterator[Callable[[str], Runner]]:
    """One runner a builder, as for one class: what a trial leaves, the next would find."""
    made: dict[str, Runner] = {}

    def runner(builder: str) -> Runner:
        found = getattr(sandbox, builder)() if builder else None
        if builder and found is None:
            pytest.skip(f"{builder} does not work here")
        return made.setdefault(builder, Runner(found))

    yield runner
    for each in made.values():
        each.__exit__()


def attack(body: str, words: dict[str, object]) -> bytes:
    """A notebook whose answer to 2.1 does harm and whose answer to 2.2 is right."""
    for word, value in words.items():
        body = body.replace(word, str(value))
    body = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    source = f"{textwrap.dedent(HEAD)}\ndef mse(preds, targets):\n{body}\n    return 'Right'"
    return json.dumps(lesson_02(mse=source, slope=RIGHT["2.2"])).encode()


HONEST = json.dumps(lesson_02(mse=RIGHT["2.1"] + "  # honest-5c9d", slope=RIGHT["2.2"])).encode()


@pytest.mark.parametrize("builder, name", list(trials()))
def test_an_attack_gains_nothing(world, runners, builder, name):
    runner = runners(builder)
    if builder:
        marks(HONEST, 60, runner)  # a process to fork is there
    around = set(psutil.Process().children(recursive=True))
    content = attack({**ANYWHERE, **WALLED, **GREEDY}[name], world.words())
    for _ in range(2 if "the next" in name else 1):
        found = marks(content, 60 if name in GREEDY else 4, runner)
        harmless(found)
    assert name not in GREEDY or "still running" not in found[0].says
    left_alone(around)
    world.is_untouched()
    assert not list((world.folder / "temporary").iterdir())
    if builder:
        after = marks(HONEST, 60, runner)
        assert [mark.result for mark in after] == ["right", "right", *["not tried"] * 3]


def harmless(found: list[Mark]) -> None:
    """A table that tells no lie, no secret, and of no breach."""
    assert [mark.exercise for mark in found] == list(STUBS)
    assert found[0].result in ("wrong", "stopped"), found[0]
    for mark in found:
        assert "BREACH" not in mark.says and SECRET not in mark.says, mark
        assert mark.says.isprintable() and len(mark.says) <= 500


def runs(process: psutil.Process) -> bool:
    """Whether a process is there, and is more than a line in the table of processes."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def left_alone(around: set[psutil.Process]) -> None:
    """No process of the trial is there any more, a moment later at the latest."""
    for _ in range(50):
        left = set(psutil.Process().children(recursive=True)) - around
        if not any(map(runs, left)):
            return
        time.sleep(0.1)
    raise AssertionError(left)


# Files that are odd themselves.


def nested(depth: int) -> str:
    return "def mse(preds, targets):\n    return " + "(" * depth + "1" + ")" * depth


FILES = {
    "200 MB": lambda: b'{"cells": [], "a": "' + b"x" * (200 * 2**20) + b'"}',
    "deep JSON": lambda: b"[" * 10**6,
    "a long number": lambda: b'{"cells": ' + b"9" * 10**6 + b"}",
    "many cells": lambda: json.dumps(
        {"cells": [{"cell_type": "code", "source": "a"}] * 10**5}
    ).encode(),
    "no UTF-8": lambda: bytes(range(256)) * 100,
    "nothing": lambda: b"",
    "a deep expression": lambda: json.dumps(lesson_02(mse=nested(10**5))).encode(),
    "a long sign": lambda: json.dumps(lesson_02(mse="mse = " + "-" * 10**5 + "1")).encode(),
    "odd types": lambda: json.dumps(
        {"cells": [None, 3, {"cell_type": "code", "source": {"a": 1}, "metadata": {"tags": [{}]}}]}
    ).encode(),
}


ALL = [pytest.param(builder, id=f"{builder or 'unprotected'}: ") for builder in (*BUILDERS, "")]


@pytest.mark.parametrize("builder", ALL)
def test_odd_files_end_nothing(tmp_path, world, builder):
    """A class of odd files and odd names: each has a row, and the honest one is right."""
    folder = tmp_path / "class"
    names = ["=1+1", "a\x1b[31mred", "b\nc", "d" * 250, "; -e", "\udcff", "-f", "'g", "h,i"]
    for number, (name, content) in enumerate(FILES.items()):
        (folder / f"{number}").mkdir(parents=True)
        (folder / f"{number}" / f"{name}.ipynb").write_bytes(content())
    for name in names:
        (folder / name).mkdir()
        (folder / name / "a.ipynb").write_bytes(HONEST)
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "link.ipynb").symlink_to(world.folder / "victim")
    (folder / "empty").mkdir()
    done = command(builder, folder, tmp_path / "a.csv", "--timeout", "20", "--jobs", "2")
    assert done.wait(300) == 0, done.stdout.read()
    rows = table_of(tmp_path / "a.csv")
    assert len({row.learner for row in rows}) == len(FILES) + len(names) + 3
    assert sum(row.result == "right" for row in rows) == 2 * len(names)
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert "\x1b" not in text + done.stdout.read() and SECRET not in text


# Two at a time.

NASTY = [
    "hundreds of processes",
    "kill its group",
    "a flood on the channel",
    "a forged verdict",
    "a patched judge",
    "memory in forks",
    "overwrite by a program",
    "a signal to others",
    "files for the next",
]


@pytest.mark.parametrize("builder", ALL[:-1])  # unprotected, most of these do harm
def test_attacks_beside_honest_work_change_nothing_of_it(tmp_path, world, builder):
    """Each worker has an honest neighbour before, beside and after what means harm."""
    folder = tmp_path / "class"
    for number, name in enumerate(NASTY):
        body = {**ANYWHERE, **WALLED, **GREEDY}[name]
        for who, content in (("attack", attack(body, world.words())), ("honest", HONEST)):
            (folder / f"{number} {who}").mkdir(parents=True)
            (folder / f"{number} {who}" / "a.ipynb").write_bytes(content)
    done = command(builder, folder, tmp_path / "a.csv", "--timeout", "4", "--jobs", "2")
    said, _ = done.communicate(timeout=300)
    assert done.returncode == 0, said
    rows = table_of(tmp_path / "a.csv")
    for number, name in enumerate(NASTY):
        honest = [row.result for row in rows if row.learner == f"{number} honest"]
        assert honest == ["right", "right", *["not tried"] * 3], name
        harmless([Mark(*row[2:5]) for row in rows if row.learner == f"{number} attack"])
    world.is_untouched()


# The command itself is ended.

LOOP = "def mse(preds, targets):\n    while True:\n        pass  # MARK"


def code_of(builder: str) -> str:
    """The command with these walls, or none, as in a terminal: it hears signals.

    One that is started in the background, or by ``nohup``, would inherit that it ignores them.
    """
    if builder and getattr(sandbox, builder)() is None:
        pytest.skip(f"{builder} does not work here")
    return f"""
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from helpers.course.grading import command, sandbox
command.walls = sandbox.{builder or "walls"}
sys.exit(command.main(sys.argv[1:]))
"""


def command(builder: str, folder: Path, table: Path, *more: str) -> subprocess.Popen:
    """Start the command with these walls, or none."""
    given = [
        "--submissions",
        folder,
        "--csv",
        table,
        *more,
        *([] if builder else ["--unprotected"]),
    ]
    return subprocess.Popen(
        [sys.executable, "-c", code_of(builder), *given],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(table.parent / "temporary"), "PYTHONIOENCODING": "utf-8"},
    )


def endless_class(folder: Path) -> Path:
    """Ann is honest, Bob loops."""
    for name, content in {"ann": HONEST, "bob": json.dumps(lesson_02(mse=LOOP)).encode()}.items():
        (folder / "class" / name).mkdir(parents=True)
        (folder / "class" / name / "a.ipynb").write_bytes(content)
    (folder / "temporary").mkdir()
    return folder / "class"


def wait_for_ann(table: Path) -> None:
    for _ in range(600):
        if table.exists() and "right" in table.read_text(encoding="utf-8-sig"):
            time.sleep(2)  # Bob has begun
            return
        time.sleep(0.1)
    raise AssertionError("nothing was judged")


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("builder", ALL)
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"])
def test_a_command_that_is_ended_ends_all(tmp_path, builder, name, jobs):
    """What was judged is kept, nothing runs on, nothing is left, and a second call goes on."""
    folder, table = endless_class(tmp_path), tmp_path / "a.csv"
    running = command(builder, folder, table, "--timeout", "3000", "--jobs", jobs)
    wait_for_ann(table)
    children = psutil.Process(running.pid).children(recursive=True)
    assert children
    running.send_signal(getattr(signal, name))
    said, _ = running.communicate(timeout=60)
    gone, alive = psutil.wait_procs(children, timeout=10)
    assert not any(map(runs, alive))
    rows = table_of(table)
    assert [row.result for row in rows] == ["right", "right", *["not tried"] * 3]
    if name != "SIGKILL":
        assert running.returncode == 128 + getattr(signal, name)
        assert name in said and "5 rows" in said and "goes on" in said
        assert not list((tmp_path / "temporary").iterdir())
    (folder / "bob" / "a.ipynb").write_bytes(HONEST)
    again = command(builder, folder, table)
    assert "1 of 2 notebooks already" in again.communicate(timeout=120)[0] and not again.returncode
    assert [says(table_of(table), "bob", n)[:0] for n in STUBS] == [""] * 5


@pytest.mark.parametrize("builder", ALL)
def test_a_closed_terminal_ends_all(tmp_path, builder):
    code = code_of(builder)
    folder, table = endless_class(tmp_path), tmp_path / "a.csv"
    given = ["--submissions", str(folder), "--csv", str(table), "--timeout", "3000"]
    process, terminal = pty.fork()
    if process == 0:
        more = [] if builder else ["--unprotected"]
        os.execv(sys.executable, [sys.executable, "-c", code, *given, *more])
    wait_for_ann(table)
    children = psutil.Process(process).children(recursive=True)
    os.close(terminal)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    gone, alive = psutil.wait_procs(children, timeout=10)
    assert children and not any(map(runs, alive)) and status == 128 + signal.SIGHUP
    assert len(table_of(table)) == 5
