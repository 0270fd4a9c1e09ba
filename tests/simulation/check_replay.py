#!/usr/bin/python3
"""Checks that a seed of the simulation is one run and no other: each process that is given it does the same, another seed something else.

Usage: check_replay.py SIMULATION
"""

import re
import subprocess
import sys

RUNS = "50"
TOOK = re.compile(r" in [0-9.]+ s,")  # of the machine's time: the only thing that may differ
HASH = re.compile(r"\(hash ([0-9a-f]{16})\)")


def output_of(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return TOOK.sub("", done.stdout)


def hash_of(report):
    found = HASH.search(report)
    return found[1] if found else sys.exit(f"no hash in\n{report}")


def first_difference(one, other):
    pairs = zip(one.splitlines() + ["(the end)"], other.splitlines() + ["(the end)"])
    return next((f"line {number}:\n  {left}\n  {right}" for number, (left, right) in enumerate(pairs, 1) if left != right), None)


def main():
    simulation = sys.argv[1]
    one, again, other = (output_of(simulation, "--seed", seed, "--runs", RUNS) for seed in ("1", "1", "1001"))
    if one != again:
        sys.exit(f"{RUNS} runs from seed 1, done twice, differ: {first_difference(one, again)}")
    if hash_of(one) == hash_of(other):
        sys.exit(f"{RUNS} runs from seed 1001 are those from seed 1: hash {hash_of(one)}")
    trace, once_more = (output_of(simulation, "--seed", "272", "--trace") for _ in range(2))
    if trace != once_more:
        sys.exit(f"seed 272, done twice, differs: {first_difference(trace, once_more)}")
    print(f"hash {hash_of(one)} twice, {hash_of(other)} of another seed, {len(trace.splitlines())} lines of a trace twice")
    return 0


if __name__ == "__main__":
    sys.exit(main())
