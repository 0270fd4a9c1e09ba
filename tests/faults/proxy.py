"""A TCP proxy that does to a connection what networks do: cut, delay, trickle, half-close, swallow an answer, say a request again.

`with Proxy(server) as proxy:` listens on a port of its own, in a thread of its own; `proxy.host` and `proxy.port` stand in for the
server's. Each connection takes the next of `proxy.plans`, or the default one, which only passes bytes on. "Up" is from client to server.
"""
import asyncio
import collections
import dataclasses
import socket
import struct
import threading

CHUNK = 65536


@dataclasses.dataclass
class Plan:
    cut_down: int = None  # cut after so many bytes of the server; 0: the answer's first byte is swallowed, the request has passed
    cut_up: int = None  # cut after so many bytes of the client
    reset: bool = False  # cut by RST instead of FIN
    delay: float = 0  # seconds that each piece waits, in either direction
    pace_down: tuple = None  # (bytes, seconds): a piece of so many bytes, then a wait
    pace_up: tuple = None
    pace_after: int = 0  # so many bytes of each way pass at once before its pace begins
    end_up_after: int = None  # half-close: FIN to the server after so many bytes, its answers still pass
    end_down_after: int = None  # FIN to the client after so many bytes, what it sends still passes
    replace_down: tuple = None  # (old, new), of one length: what the server says is not what arrives, where it comes in one piece
    repeats: int = 0  # after a cut_down: what the client had sent is sent again, on so many fresh connections, and the answers thrown away
    down: int = 0  # what passed, for tests to look at
    up: int = 0
    done: threading.Event = dataclasses.field(default_factory=threading.Event)


class Proxy:
    def __init__(self, server):
        self._server = server
        self.plans = collections.deque()
        self.used = []
        self.default = Plan
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._listener = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=CHUNK, backlog=1024))
        self.host, self.port = self._listener.sockets[0].getsockname()[:2]
        return self

    def __exit__(self, *_):
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _end(self):
        self._listener.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    # ------------------------------------------------------------------ one connection
    async def _serve(self, from_client, to_client):
        plan = self.plans.popleft() if self.plans else self.default()
        self.used.append(plan)
        sent = bytearray()
        try:
            from_server, to_server = await asyncio.open_connection(self._server.host, self._server.port, limit=CHUNK)
            up = asyncio.ensure_future(self._pump(from_client, to_server, plan, "up", sent))
            down = asyncio.ensure_future(self._pump(from_server, to_client, plan, "down", None))
            try:
                while not (up.done() and down.done()):
                    await asyncio.wait([t for t in (up, down) if not t.done()], return_when=asyncio.FIRST_COMPLETED)
                    if any(t.done() and t.result() == "cut" for t in (up, down)):
                        break
            finally:
                for task in (up, down):
                    task.cancel()
                await asyncio.gather(up, down, return_exceptions=True)
                for writer in (to_client, to_server):
                    _end(writer, plan.reset)
            for _ in range(plan.repeats):
                await self._again(bytes(sent))
        except OSError:
            _end(to_client, True)
        finally:
            plan.done.set()

    async def _pump(self, reader, writer, plan, way, copy):
        """Passes bytes on; "cut" where the plan says so, "end" after the end of one side was passed on."""
        cut = plan.cut_up if way == "up" else plan.cut_down
        end_after = plan.end_up_after if way == "up" else plan.end_down_after
        pace = plan.pace_up if way == "up" else plan.pace_down
        passed = 0
        stop = min((n for n in (cut, end_after) if n is not None), default=None)
        try:
            while True:
                if stop is not None and stop == passed and stop > 0:
                    break
                before = plan.pace_after - passed if pace else CHUNK
                paced = before <= 0
                got = await reader.read(pace[0] if paced else before)
                if not got:
                    writer.write_eof()
                    return "end"
                if stop is not None:
                    got = got[: stop - passed]
                if plan.delay:
                    await asyncio.sleep(plan.delay)
                if way == "down" and plan.replace_down:
                    got = got.replace(*plan.replace_down)
                if got:
                    writer.write(got)
                    await writer.drain()
                    passed += len(got)
                    setattr(plan, way, passed)
                    if copy is not None:
                        copy += got
                if stop is not None and passed >= stop:
                    break
                if paced:
                    await asyncio.sleep(pace[1])
        except (ConnectionError, OSError):
            return "cut"
        if cut is not None and passed >= cut:
            return "cut"
        writer.write_eof()
        while await reader.read(CHUNK):  # the other half is closed: what still comes has nowhere to go
            pass
        return "end"

    async def _again(self, request):
        reader, writer = await asyncio.open_connection(self._server.host, self._server.port, limit=CHUNK)
        writer.write(request)
        await reader.read(1)  # it was taken, and answered
        _end(writer, True)


def _end(writer, reset):
    """Closes at once what may be still open: with a reset, or in order."""
    if reset:
        own = writer.get_extra_info("socket")
        try:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        writer.transport.abort()
    else:
        writer.close()
