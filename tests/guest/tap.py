"""Prints TAP, one line a check, with what was found below those that have something to say."""


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def say(self, ok, name, lines=()):
        self.count += 1
        self.failed += not ok
        print(f"{'' if ok else 'not '}ok {self.count} - {name}", flush=True)
        for line in list(lines)[:20]:
            print(f"# {line}", flush=True)
