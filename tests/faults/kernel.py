"""What the kernel holds of a server's connections (proc(5), /proc/net/tcp)."""


def _rows(server):
    with open("/proc/net/tcp") as table:
        next(table)
        for line in table:
            fields = line.split()
            local, remote = (int(end.rsplit(":", 1)[1], 16) for end in fields[1:3])
            if local == server.port and fields[3] == "01":  # established
                sent, received = (int(n, 16) for n in fields[4].split(":"))
                yield remote, sent, received


def queues_of(server, client_port):
    """(bytes that the server wrote and the client has not taken, bytes that the client wrote and the server has not read)."""
    return next(((sent, received) for remote, sent, received in _rows(server) if remote == client_port), (0, 0))


def send_queues(server):
    """Of every connection of the server: bytes written and not taken."""
    return [sent for _, sent, _ in _rows(server)]
