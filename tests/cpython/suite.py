"""Runs one of CPython's own test modules: suite.py OUTPUT MODULE [PATTERN...] [--without PATTERN...]

Writes a line "STATUS<TAB>NAME<TAB>WHY" for each case as it ends, and "begin<TAB>NAME" as it begins. Patterns are those of
fnmatch(3), for the whole name: module.Class.case.
"""

import faulthandler
import fnmatch
import importlib
import io
import os
import sys
import tempfile
import unittest

from test import support

output = open(sys.argv[1], "w", buffering=1)
module = sys.argv[2]
rest = sys.argv[3:]
at = rest.index("--without") if "--without" in rest else len(rest)
wanted, without = rest[:at], rest[at + 1:]
support.use_resources = []  # no network, no other long tests, as the distribution runs them
support.verbose = 0
faulthandler.enable()


def short(case):
    return case.id().removeprefix("test.")


class Result(unittest.TestResult):
    def tell(self, status, case, why=""):
        print(status, short(case), str(why).replace("\n", " ")[:200], sep="\t", file=output)

    def startTest(self, case):
        super().startTest(case)
        self.failed = False
        self.tell("begin", case)

    def addSuccess(self, case):
        if not self.failed:
            self.tell("ok", case)

    def addSkip(self, case, reason):
        self.tell("skipped", case, reason)

    def addError(self, case, error):
        self.failed = True
        self.tell("error", case, repr(error[1]))

    def addFailure(self, case, error):
        self.failed = True
        self.tell("failed", case, repr(error[1]))

    def addSubTest(self, case, part, error):
        if error is not None:
            self.failed = True
            self.tell("failed", case, f"{part}: {error[1]!r}")

    def addExpectedFailure(self, case, error):
        self.tell("ok", case)

    def addUnexpectedSuccess(self, case):
        self.tell("failed", case, "unexpected success")


def cases(suite):
    for part in suite:
        if isinstance(part, unittest.TestSuite):
            yield from cases(part)
        else:
            yield part


def matches(case):
    name = short(case)
    return (not wanted or any(fnmatch.fnmatch(name, pattern) for pattern in wanted)) and not any(
        fnmatch.fnmatch(name, pattern) for pattern in without
    )


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    tests = unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module("test." + module))
    unittest.TestSuite([case for case in cases(tests) if matches(case)]).run(Result())
    os.chdir("/")
print("end", module, "", sep="\t", file=output)
output.flush()
os._exit(0)
