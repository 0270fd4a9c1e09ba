"""Whether what was printed is what a page shows. `…` stands for anything; ids and times for any other of their kind."""
import json
import re

KINDS = (re.compile(r"[1-9]\d{14,19}"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"))


def _pattern(text):
    return ".*?".join(re.escape(part) for part in text.split("…"))


def same_text(shown, printed):
    def tidy(text):
        return "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.fullmatch(_pattern(tidy(shown)), tidy(printed), re.DOTALL) is not None


def same_json(shown, printed):
    """Both parsed. The same fields, the same values."""
    if isinstance(shown, str) and isinstance(printed, str):
        return re.fullmatch(_pattern(shown), printed, re.DOTALL) is not None or any(kind.fullmatch(shown) and kind.fullmatch(printed) for kind in KINDS)
    if isinstance(shown, dict) and isinstance(printed, dict):
        return shown.keys() == printed.keys() and all(same_json(shown[key], printed[key]) for key in shown)
    if isinstance(shown, list) and isinstance(printed, list):
        return len(shown) == len(printed) and all(same_json(*pair) for pair in zip(shown, printed))
    return type(shown) is type(printed) and shown == printed


def same(language, shown, printed):
    if language != "json":
        return same_text(shown, printed)
    try:
        return same_json(json.loads(shown), json.loads(printed))
    except json.JSONDecodeError:
        return False
