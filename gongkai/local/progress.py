"""Short lines on stderr: what is up, how long it took, and, in a terminal, what is awaited."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Reports steps that may run beside one another."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self.begin = time.monotonic()
        self._open: dict[str, float] = {}
        self._lock = threading.Lock()
        self._terminal = sys.stderr.isatty() and not quiet
        self._ended = threading.Event()

    @property
    def elapsed(self) -> float:
        """Seconds since this was made."""
        return time.monotonic() - self.begin

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step; a line when it is done. A step that fails is left to its error."""
        begin = time.monotonic()
        with self._lock:
            self._open[name] = begin
        try:
            yield
        except BaseException:
            with self._lock:
                self._open.pop(name, None)
            raise
        with self._lock:
            self._open.pop(name, None)
            self._say(f"  {name}  {time.monotonic() - begin:.1f} s")

    def say(self, line: str) -> None:
        """A line of its own."""
        with self._lock:
            self._say(line)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Meanwhile a terminal shows what is awaited."""
        ticker = threading.Thread(target=self._tick, daemon=True)
        if self._terminal:
            ticker.start()
        try:
            yield
        finally:
            self._ended.set()
            if self._terminal:
                ticker.join()

    def _say(self, line: str) -> None:
        if not self.quiet:
            erase = "\r\033[K" if self._terminal else ""
            print(erase + line, file=sys.stderr, flush=True)

    def _tick(self) -> None:
        while not self._ended.wait(0.5):
            with self._lock:
                if self._open:
                    now = time.monotonic()
                    names = (f"{name} ({now - begin:.0f} s)" for name, begin in self._open.items())
                    print(f"\r\033[K  waiting for {', '.join(names)}", end="", file=sys.stderr)
                    sys.stderr.flush()
        print("\r\033[K", end="", file=sys.stderr, flush=True)
