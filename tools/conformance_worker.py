"""Runs one module of the standard library's tests and tells each test's result, a line each.

    conformance_worker.py RESULTS MODULE [SKIP]

RESULTS gets a line `start NAME` before each test and `RESULT NAME` after it (pass, fail, error, skip),
so that whoever reads it knows which test a crash interrupted. Tests named in the file SKIP are left out.
"""
import importlib
import os
import sys
import unittest


def take(suite):
    """The tests of a suite and of those within it, taken out of them, so that a test can go when it has run."""
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from take(item)
        else:
            yield item
    suite._tests = []


class Result(unittest.TestResult):
    def __init__(self, results):
        super().__init__()
        self.results = results
        self.outcome = None

    def tell(self, word, test):
        # Of its class: some tests keep something else under this name.
        self.results.write("%s %s\n" % (word, type(test).id(test).replace("\n", " ")))

    def startTest(self, test):
        super().startTest(test)
        self.outcome = "pass"
        self.tell("start", test)

    def stopTest(self, test):
        super().stopTest(test)
        self.tell(self.outcome, test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.outcome = "fail"
        self.show(test)

    def addError(self, test, error):
        super().addError(test, error)
        if not isinstance(test, unittest.TestCase) or self.outcome is None:
            # setUpClass or setUpModule failed: the tests behind it do not run.
            self.tell("error", test)
        self.outcome = "error"
        self.show(test)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.outcome = "fail"
            self.show(subtest)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.outcome = "skip"

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.outcome = "fail"

    def show(self, test):
        for which, text in self.failures[-1:] + self.errors[-1:]:
            if which is test:
                print("-" * 70, which.id(), text, sep="\n", file=sys.stderr, flush=True)


def main():
    # Each line at once: what is in a buffer may be lost, or be written by a forked child too.
    results = open(sys.argv[1], "a", buffering=1, encoding="utf-8", errors="backslashreplace")
    module_name = sys.argv[2]
    skip = set()
    if len(sys.argv) > 3:
        with open(sys.argv[3], encoding="utf-8") as file:
            skip = set(file.read().splitlines())
    del sys.argv[1:]

    from test import support
    support.verbose = False
    support.use_resources = []
    if hasattr(support, "junit_xml_list"):
        support.junit_xml_list = None

    def run_suite(suite):
        tests = unittest.TestSuite(test for test in take(suite) if type(test).id(test) not in skip)
        result = Result(results)
        tests.run(result)
        if result.testsRun and not result.wasSuccessful():
            raise support.TestFailed("some tests failed")

    def run_doctest(module, verbosity=None, optionflags=0):
        import doctest
        name = "doctest:" + module.__name__
        if name in skip:
            return 0, 0
        results.write("start %s\n" % name)
        failed, count = doctest.testmod(module, verbose=False, optionflags=optionflags)
        results.write("%s %s\n" % ("fail" if failed else "pass", name))
        return failed, count

    support._run_suite = run_suite
    support.run_doctest = run_doctest
    with support.temp_cwd("krait_conformance", quiet=True):
        try:
            module = importlib.import_module("test." + module_name)
        except unittest.SkipTest:
            results.write("skip module\n")
            return
        run = getattr(module, "test_main", None)
        if run is None:
            def run():
                loader = unittest.TestLoader()
                tests = loader.loadTestsFromModule(module)
                for error in loader.errors:
                    print(error, file=sys.stderr)
                support.run_unittest(tests)
        try:
            run()
        except support.TestFailed:
            pass
        except unittest.SkipTest:
            results.write("skip module\n")
            return
        support.reap_children()
    results.write("done module\n")


if __name__ == "__main__":
    main()
    sys.stderr.flush()
    # A thread that a test left behind must not keep the worker.
    os._exit(0)
