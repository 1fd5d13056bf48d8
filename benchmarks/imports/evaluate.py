"""Shows how well pages are read, against keys made by hand: `make eval`."""

import sys
from collections import Counter

from support.evaluation import ASIA_PAGE, Scores, count_warned, evaluate_page, pages, score


def main() -> None:
    """The command: `-v` also names what was read wrongly or missed; names of pages choose some."""
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    if not ASIA_PAGE.exists():
        print(f"The page on Asia isn't at {ASIA_PAGE.parent.name}/{ASIA_PAGE.name} beside the project: left out.\n")
    together: Scores = {}
    warned: Counter[str] = Counter()
    for name, (path, key) in pages().items():
        if wanted and name not in wanted:
            continue
        scores = evaluate_page(path, key)
        _show(f"{name} ({len(key['actions'])} actions)", scores)
        warned += count_warned(path, key)
        for field_name, result in scores.items() if name != "asia" else ():
            score(together, field_name).add(result)
    if together and not wanted:
        _show("all pages but the one on Asia, together", together)
    print(*(f"{count} {what}" for what, count in warned.items()), sep="; ")


def _show(title: str, scores: Scores) -> None:
    print(title)
    print(f"  {'field':<28} {'precision':>9} {'recall':>9} {'right':>7} {'read':>6} {'key':>6}")
    for field_name, result in scores.items():
        print(
            f"  {field_name:<28} {result.precision:>9.3f} {result.recall:>9.3f} "
            f"{result.right:>7} {result.read:>6} {result.known:>6}"
        )
        if "-v" in sys.argv[1:]:
            print("".join(f"      {line}\n" for line in result.wrong), end="")
    print()


if __name__ == "__main__":
    main()
