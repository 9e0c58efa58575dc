"""What a step costs in several processes: the work is shared, an exchange is added."""


def step_seconds(
    compute: float, n: int, megabytes: float, bandwidth: float, delay: float = 0.0
) -> float:
    """Seconds of a training step in n processes that average their gradients in a ring.

    Args:
        compute: seconds of the step in one process, the whole batch.
        n: how many processes share it.
        megabytes: of gradients, 4 bytes a parameter in float32.
        bandwidth: gigabytes a second from each process to the next.
        delay: seconds before the first byte of a message arrives.

    Example:
        >>> step_seconds(1.0, 1, 20, 0.1), round(step_seconds(1.0, 2, 20, 0.1), 4)
        (1.0, 0.7)

    The ring: Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms" (2009).
    Built in lesson 11.
    """
    sent = 2 * (n - 1) / n * megabytes / 1000
    exchange = sent / bandwidth + 2 * (n - 1) * delay
    return compute / n + exchange
