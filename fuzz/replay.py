"""Gives each input of `finds` to the program that found it: `krait -I replay.py [NAME...]`. What is wrong ends it."""
import os
import runpy
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def replay(name):
    run = runpy.run_path(os.path.join(HERE, "programs", name + ".py"))["run"]
    folder = os.path.join(HERE, "finds", name)
    for find in sorted(os.listdir(folder)):
        # It may be the last to be said.
        print(name, find, flush=True)
        with open(os.path.join(folder, find), "rb") as file:
            run(file.read())


for name in sys.argv[1:] or sorted(os.listdir(os.path.join(HERE, "finds"))):
    replay(name)
print("done")
