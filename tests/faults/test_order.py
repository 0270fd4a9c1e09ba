"""G3, G6, G7, G8, G9 under full load: many at once, over many connections."""
import random
import threading
import time

from client import Http
from follower import Follower, Quick, history, pipelined
from gateway import Closed


def together(*functions):
    """Runs all at once, each in a thread; the first failure is raised here."""
    failures = []

    def guarded(function):
        try:
            function()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(f,)) for f in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


# ---------------------------------------------------------------------- G3
def test_eight_writers_and_eight_readers_see_one_order(fresh, rounds):
    people = [fresh() for _ in range(8)]
    channel = people[0].group(*people[1:])
    each = rounds(100, 2_000)
    followers = [Follower(person, channel).identify() for person in people]

    def write(person, number):
        with Quick(person.server, token=person.token).identify() as socket:
            sent = []
            for start in range(0, each, 25):
                sent += pipelined(socket, channel, [f"{number} {i}" for i in range(start, min(each, start + 25))])
                socket.ack()
                socket._pending.clear()
            places = [m["seq"] for m in sent]
            assert places == sorted(places), "of one writer in the order in which he wrote"
            socket.close()

    def read(follower):
        while follower.seq < 8 * each:
            try:
                follower.read_to(min(8 * each, follower.seq + 50))
                follower.socket.ack()
            except Closed:
                follower.resume()

    together(*[lambda p=p, n=n: write(p, n) for n, p in enumerate(people)], *[lambda f=f: read(f) for f in followers])
    told = history(people[0], channel)
    assert [m["seq"] for m in told] == list(range(1, 8 * each + 1))
    assert sorted(m["content"] for m in told) == sorted(f"{n} {i}" for n in range(8) for i in range(each)), "everything once"
    for follower in followers:
        follower.check(told)
        follower.close()


# ---------------------------------------------------------------------- G6
def test_after_the_reply_to_a_delete_no_read_shows_the_content_whatever_is_edited_meanwhile(fresh, rounds):
    author, reader = fresh(), fresh()
    channel = author.group(reader)
    editor, other = Http(author.server, author.token), Http(author.server, reader.token)
    live = Follower(reader, channel).identify().read_to(0)
    for number in range(rounds(300, 10_000)):
        secret = f"secret {number}"
        message = author.send(channel, secret)
        path = f"/api/v1/channels/{channel['id']}/messages/{message['id']}"
        answers = []
        edit = threading.Thread(target=lambda: [answers.append(editor.ask("PATCH", path, {"content": f"{secret} edited {i}"})) for i in range(3)])
        edit.start()
        author.delete(f"/channels/{channel['id']}/messages/{message['id']}").ok(204)
        for text in (other.ask("GET", path).raw, other.ask("GET", f"/api/v1/channels/{channel['id']}/messages?limit=2").raw,
                     other.ask("GET", f"/api/v1/channels/{channel['id']}/changes?after_rev={max(0, 4 * number - 3)}&limit=10").raw):
            assert f"{secret} ".encode() not in text and f'{secret}"'.encode() not in text, "shown after its delete was answered"
        edit.join()
        refused = [a.status for a in answers]
        assert set(refused) <= {200, 404} and refused == sorted(refused), "no edit goes through after one was refused"
        assert other.ask("GET", path).ok()["deleted"] is True
        live.read_to(message["seq"], live.rev + refused.count(200) + 1)
        assert live.view[message["id"]]["deleted"] and live.view[message["id"]]["content"] == "", "the delete is the last that is told of it"
        live.socket.ack()
    live.read_waiting()
    assert (live.seq, live.rev) == positions(author, channel), "and nothing besides"
    live.close()


def test_a_message_deleted_while_its_readers_are_away_comes_back_to_none_of_them_with_content(fresh, rounds):
    author, reader = fresh(), fresh()
    channel = author.group(reader)
    for number in range(rounds(30, 1_000)):
        follower = Follower(reader, channel, *positions(author, channel)).identify().read_to(0)
        follower.drop()
        sent = [author.send(channel, f"secret {number} {i}") for i in range(3)]
        together(lambda: author.delete(f"/channels/{channel['id']}/messages/{sent[1]['id']}").ok(204),
                 lambda: follower.resume().read_to(sent[2]["seq"]))
        follower.drop()
        follower.view.clear()
        again = Follower(reader, channel, sent[0]["seq"] - 1, 0 if number == 0 else follower.rev).identify().read_to(sent[2]["seq"])
        for one in (again,):
            assert one.view[sent[1]["id"]]["deleted"] and one.view[sent[1]["id"]]["content"] == ""
            one.close()
        reader.post(f"/channels/{channel['id']}/read", {"seq": sent[2]["seq"]}).ok(204)


def positions(person, channel):
    now = person.get(f"/channels/{channel['id']}").ok()
    return now["last_seq"], now["rev"]


# ---------------------------------------------------------------------- G7
def test_what_one_connection_was_answered_another_reads_at_once(fresh, rounds):
    author, reader = fresh(), fresh()
    channel = author.group(reader)
    elsewhere = [Http(author.server, reader.token) for _ in range(4)]
    sender = Quick(author.server, token=author.token).identify()
    live = reader.live(channel)
    live.checked = False
    path = f"/api/v1/channels/{channel['id']}/messages"
    for number in range(rounds(500, 100_000)):
        http = elsewhere[number % 4]
        if number % 2:
            message = sender.send_message(channel, str(number))["message"]  # after the reply
            sender.ack()
        else:
            i = sender.request("MESSAGE_SEND", {"channel_id": channel["id"], "content": str(number)})
            message = live.event("MESSAGE_CREATE", content=str(number))  # after the event, perhaps before the reply
        assert http.ask("GET", f"{path}/{message['id']}").ok()["content"] == str(number)
        assert http.ask("GET", f"{path}?limit=1").ok()[0]["seq"] >= message["seq"]
        if not number % 2:
            sender.reply(i)
        live.ack()
        live._pending.clear()
        sender._pending.clear()
    for socket in (live, sender):
        socket.close()


# ---------------------------------------------------------------------- G8
def test_who_is_removed_at_full_sending_rate_gets_nothing_numbered_afterwards(fresh, rounds):
    owner, writer, guest = fresh(), fresh(), fresh()
    channel = owner.group(writer)
    for _ in range(rounds(8, 200)):
        owner.put(f"/channels/{channel['id']}/recipients/{guest.id}").ok(204)
        socket = guest.live(channel)
        socket.checked = False
        removed_at, stop = [], threading.Event()

        def write():
            with Quick(writer.server, token=writer.token).identify() as sender:
                while not stop.is_set():
                    pipelined(sender, channel, ["x"] * 20)
                    sender.ack()
                    sender._pending.clear()
                sender.close()

        def remove():
            try:
                socket.until(lambda v: v.get("t") == "MESSAGE_CREATE")
                owner.delete(f"/channels/{channel['id']}/recipients/{guest.id}").ok(204)
                guest.get(f"/channels/{channel['id']}/messages").refused(404, 10003)
                removed_at.append(owner.get(f"/channels/{channel['id']}").ok()["last_seq"])
                while owner.get(f"/channels/{channel['id']}").ok()["last_seq"] < removed_at[0] + 20:
                    pass
            finally:
                stop.set()

        together(write, remove)
        told = [f for f in socket.until(lambda v: v.get("t") == "CHANNEL_MEMBER_REMOVE" and v["d"]["user_id"] == guest.id) + socket.drain(0.1)
                if f["op"] == 0 and f["d"].get("channel_id") == channel["id"]]
        assert told[-1]["t"] == "CHANNEL_MEMBER_REMOVE" and told[-1]["d"]["user_id"] == guest.id, "the last event of that channel"
        last = max((f["d"]["seq"] for f in told if f["t"] == "MESSAGE_CREATE"), default=0)
        marks = [m["seq"] for m in history(owner, channel, after=max(0, last - 1)) if m["type"] == "system" and m["system"]["kind"] == "member_remove"]
        assert marks and last < marks[0], "nothing that was numbered after the removal"
        socket.close()
        for person in (owner, writer):
            person.post(f"/channels/{channel['id']}/read", {"seq": 10**9}).ok(204)


def test_leaving_and_joining_again_and_again_begins_at_the_head_each_time(fresh, rounds):
    owner, guest = fresh(), fresh()
    channel = owner.group(guest)
    seen = []
    for number in range(rounds(20, 500)):
        owner.send(channel, f"to both {number}")
        guest.post(f"/channels/{channel['id']}/read", {"seq": 10**9}).ok(204)
        before = guest.read_state(channel)
        guest.delete(f"/channels/{channel['id']}").ok(204)
        owner.send(channel, f"to nobody {number}")
        guest.get(f"/channels/{channel['id']}").refused(404, 10003)
        owner.put(f"/channels/{channel['id']}/recipients/{guest.id}").ok(204)
        after = guest.read_state(channel)
        assert after["unread"] == 0, "the added one starts behind the system message"
        assert after["read_seq"] >= before["read_seq"] and after["delivered_seq"] >= before["delivered_seq"], "cursors only grow"
        seen.append(after["read_seq"])
        state = owner.get(f"/channels/{channel['id']}/receipts").ok()[guest.id]
        assert state["read_seq"] == after["read_seq"]
    assert seen == sorted(seen)


# ---------------------------------------------------------------------- G9
def test_two_devices_that_read_in_opposite_order_and_late_never_move_a_cursor_back(fresh, rounds):
    author, reader = fresh(), fresh()
    channel = author.group(reader)
    total = rounds(60, 1_000)
    with Quick(author.server, token=author.token).identify() as sender:
        for start in range(0, total, 20):
            pipelined(sender, channel, ["x"] * 20)
            sender.ack()
            sender._pending.clear()
        sender.close()
    watcher = author.live(channel)
    watcher.checked = False
    phone, laptop = reader.live(channel), Http(reader.server, reader.token)
    phone.checked = False
    observed, done = [], threading.Event()
    luck = random.Random(7)

    def upwards():
        for seq in range(1, total + 1):
            phone.op(69, {"channel_id": channel["id"], "seq": seq})
            if luck.random() < 0.2:
                time.sleep(0.001)

    def downwards():
        for seq in range(total, 0, -1):
            laptop.ask("POST", f"/api/v1/channels/{channel['id']}/{'read' if seq % 2 else 'delivered'}", {"seq": seq}).ok(204)

    def observe():
        http = Http(author.server, author.token)
        while not done.is_set():
            observed.append(http.ask("GET", f"/api/v1/channels/{channel['id']}/receipts").ok()[reader.id])

    def devices():
        try:
            together(upwards, downwards)
            phone.heartbeat()
        finally:
            done.set()

    together(devices, observe)
    observed.append(Http(author.server, author.token).ask("GET", f"/api/v1/channels/{channel['id']}/receipts").ok()[reader.id])
    for name in ("read_seq", "delivered_seq"):
        values = [o[name] for o in observed]
        assert values == sorted(values), f"{name} went back"
    assert all(o["read_seq"] <= o["delivered_seq"] for o in observed)
    told = [r for f in watcher.drain() if f.get("t") == "RECEIPT_UPDATE" for r in f["d"]["receipts"] if r["user_id"] == reader.id]
    assert told, "the author is told"
    for name in ("read_seq", "delivered_seq"):
        values = [r[name] for r in told]
        assert values == sorted(values), f"{name} went back in what was told"
    deadline = time.monotonic() + 20
    while reader.read_state(channel)["unread"] and time.monotonic() < deadline:
        time.sleep(0.05)  # the last op 69 has no reply
    assert reader.read_state(channel)["read_seq"] == total and reader.read_state(channel)["unread"] == 0
    for socket in (watcher, phone):
        socket.close()
