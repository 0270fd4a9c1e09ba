"""G5 and G4: a connection that is cut anywhere, in either direction, costs no event and doubles none."""
import itertools
import threading

import pytest
from client import quoted
from follower import Follower, PollingFollower, Quick, head, history, pipelined
from gateway import Closed
from proxy import Plan

BATCH = 40  # connections that hear one script together


def batches(numbers):
    numbers = iter(numbers)
    while batch := list(itertools.islice(numbers, BATCH)):
        yield batch


def offsets(total, step):
    """Every step-th, beginning where the last one left the shortest rest."""
    return range(step // 2, total + step, step)


def script(author, sender, channel):
    """Twenty events: twelve messages and eight changes. The position of the channel after it."""
    sent = pipelined(sender, channel, [f"words {i}" for i in range(10)])
    path = f"/channels/{channel['id']}/messages/"
    for message in sent[:3]:
        author.patch(path + message["id"], {"content": "other words"}).ok()
    for message in sent[2:4]:
        author.put(f"{path}{message['id']}/reactions/{quoted('👍')}/@me").ok(204)
    author.put(f"{path}{sent[4]['id']}/pin").ok(204)
    for message in (sent[0], sent[4]):  # the pinned one too: pins have a limit
        author.delete(path + message["id"]).ok(204)
    pipelined(sender, channel, ["the last but one", "the last"])
    return head(author, channel)


@pytest.fixture
def scene(fresh):
    """An author with a socket, a reader, and their channel."""
    author, reader = fresh(), fresh()
    channel = author.group(reader)
    sender = Quick(author.server, token=author.token).identify()
    yield author, sender, reader, channel
    sender.close()


def length_of(run, proxy):
    """How many bytes of the server pass when nothing is cut."""
    whole = Plan()
    proxy.plans.append(whole)
    run()
    return whole.down


def cut_everywhere(proxy, scene, step, start, first, make=Follower):
    """For each offset of what the server says from `start` on: cut there, then go on. `first(follower)` comes before the events,
    `start(follower)` connects through the proxy, after them or before them."""
    author, sender, reader, channel = scene
    how = {"resumed": 0, "identified": 0, "made again": 0, "uncut": 0}

    def round_of(plans, measured=None):
        seq, rev = head(author, channel)
        followers = [make(reader, channel, seq, rev) for _ in plans]
        for follower in followers:
            first(follower)
        waiting = start == "before"
        if waiting:
            connect(followers, plans)
        seq_now, rev_now = script(author, sender, channel)
        if not waiting:
            connect(followers, plans)
        told = history(author, channel, after=seq)
        for follower, plan in zip(followers, plans):
            before = dict(follower.starts)
            if follower.socket is None:
                follower.resume()
            follower.arrive(seq_now, rev_now)
            follower.check(told)
            gained = {name: follower.starts[name] - before[name] for name in before}
            how["made again" if follower.made_again else "resumed" if gained["resumed"] else "identified" if gained["identified"] else "uncut"] += 1
        if measured is not None:
            measured.append(plans[0].down)
        for follower in followers:
            follower.close()

    def connect(followers, plans):
        for follower, plan in zip(followers, plans):
            proxy.plans.append(plan)
            try:
                follower.resume(proxy)
            except Closed:
                follower.close()
        reader.post(f"/channels/{channel['id']}/read", {"seq": 10**9}).ok(204)

    measured = []
    round_of([Plan()], measured)
    for batch in batches(offsets(measured[0], step)):
        round_of([Plan(cut_down=n, reset=n % 2 == 0) for n in batch])
    return how


def test_a_live_stream_cut_at_any_byte_goes_on_without_a_gap_or_a_repeat(proxy, scene, rounds):
    how = cut_everywhere(proxy, scene, rounds(31, 1), "before", lambda follower: None)
    assert how["resumed"] and how["identified"], how


def test_a_resume_cut_at_any_byte_can_be_resumed(proxy, scene, rounds):
    def first(follower):
        follower.identify().read_to(follower.seq)
        follower.drop()

    how = cut_everywhere(proxy, scene, rounds(31, 1), "after", first)
    assert how["resumed"], how


def test_a_catch_up_cut_at_any_byte_goes_on_without_a_gap_or_a_repeat(proxy, scene, rounds):
    how = cut_everywhere(proxy, scene, rounds(31, 1), "after", lambda follower: None)
    assert how["resumed"] and how["identified"], how


def polling_followers():
    """Of those whose call is cut, every other one makes it again."""
    turns = itertools.cycle([True, False])
    return lambda *place: PollingFollower(*place, again=next(turns))


def test_live_polling_cut_at_any_byte_goes_on_without_a_gap_or_a_repeat(proxy, scene, rounds):
    how = cut_everywhere(proxy, scene, rounds(31, 1), "before", lambda follower: None, polling_followers())
    assert how["made again"] and how["resumed"] and how["identified"], how


def test_a_catch_up_by_polling_cut_at_any_byte_goes_on_without_a_gap_or_a_repeat(proxy, scene, rounds):
    """All of it may come in the answer that brings READY: then those that are cut begin anew."""
    how = cut_everywhere(proxy, scene, rounds(31, 1), "after", lambda follower: None, polling_followers())
    assert how["identified"], how


def test_sending_cut_at_any_byte_and_said_again_makes_each_message_once(proxy, fresh, rounds):
    author, reader = fresh(), fresh()
    channel = author.group(reader)
    follower = Follower(reader, channel).identify()
    numbers = itertools.count()
    met = {"before": 0, "within": 0, "after": 0}

    def send_through(plan):
        """Five messages through the plan; what has no reply then is said again, in order, without it. Bytes that passed."""
        nonces = [f"n{next(numbers)}" for _ in range(5)]
        proxy.plans.append(plan)
        socket, replied = None, {}
        try:
            socket = Quick(proxy, token=author.token).identify()
            asked = {socket.request("MESSAGE_SEND", {"channel_id": channel["id"], "content": f"body of {n}", "nonce": n}): n for n in nonces}
            while len(replied) < 5:
                reply = socket.take(lambda v: v["op"] == 65)
                replied[asked[reply["i"]]] = reply["d"]["message"]
            socket.close()
            met["after"] += 1
        except Closed:
            met["before" if socket is None else "within"] += 1
        plan.done.wait(10)
        again = [n for n in nonces if n not in replied]
        if again:
            with Quick(author.server, token=author.token).identify() as socket:
                for n, message in zip(again, pipelined(socket, channel, [f"body of {n}" for n in again], again)):
                    replied[n] = message
                socket.close()
        assert [replied[n]["content"] for n in nonces] == [f"body of {n}" for n in nonces]
        places = [replied[n]["seq"] for n in nonces]
        assert places == list(range(places[0], places[0] + 5)), "in the order in which they were sent, each once"
        follower.arrive(places[-1])
        follower.socket.ack()
        return plan.up

    total = send_through(Plan())
    for n in range(0, total, rounds(11, 1)):
        send_through(Plan(cut_up=n, reset=n % 2 == 0))
    assert met["before"] and met["within"], met
    told = history(author, channel)
    assert len(told) == len({m["nonce"] for m in told}) == next(numbers)
    follower.check(told)
    follower.close()


def test_a_client_that_is_cut_again_and_again_at_full_sending_rate_sees_everything_once(proxy, scene, rounds):
    author, sender, reader, channel = scene
    total = rounds(6_000, 60_000)
    follower = Follower(reader, channel).identify()
    failures = []

    def write():
        try:
            asked = []
            for i in range(total):
                asked.append(sender.request("MESSAGE_SEND", {"channel_id": channel["id"], "content": f"{i}"}))
                if len(asked) == 32:
                    sender.reply(asked.pop(0))
                if i % 64 == 0:
                    sender.ack()
                    sender._pending = [v for v in sender._pending if v["op"] == 65]
            for i in asked:
                sender.reply(i)
        except Exception as failure:  # told in the test's own thread
            failures.append(failure)

    writer = threading.Thread(target=write)
    writer.start()
    turn = 0
    while follower.seq < total and not failures:
        turn += 1
        plan = Plan(cut_down=(turn * 7919) % 60_000 + 300, reset=turn % 2 == 0)
        proxy.plans.append(plan)
        try:
            if turn % 3 == 0:
                follower.identify(proxy)  # a new session, by positions, in the midst of it
            else:
                follower.resume(proxy)
            while follower.seq < total and not failures:
                follower._feed(follower.socket.frame(10))
                if follower.seq % 32 == 0 and not follower.catching_up:
                    follower.socket.ack()
        except Closed:
            pass
        except TimeoutError:
            assert not writer.is_alive(), "nothing came for 10 s while another was sending"
    writer.join()
    assert not failures, failures
    follower.resume().arrive(total)
    follower.check(history(reader, channel))
    assert follower.starts["resumed"] > 5 and follower.starts["identified"] > 3, follower.starts
    follower.close()


def test_a_resume_past_the_window_is_refused_and_positions_give_everything_once(scene):
    author, sender, reader, channel = scene
    follower = Follower(reader, channel).identify().read_to(0)
    follower.drop()
    for _ in range(30):
        pipelined(sender, channel, ["x"] * 20)
        sender.ack()
        sender._pending.clear()
    follower.resume().read_to(600)
    assert follower.starts == {"resumed": 0, "identified": 2, "refused": 1, "paged": 1}, follower.starts
    follower.check(history(reader, channel))
    pipelined(sender, channel, ["and on it goes"])
    follower.read_to(601)
    follower.close()
