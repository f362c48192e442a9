"""A tour of the language, as a program that one enjoys running."""


class Snake:
    def __init__(self, name, length):
        self.name, self.length, self.diet = name, length, []

    def eat(self, *food):
        self.diet += food
        return self

    def __repr__(self):
        return f"{type(self).__name__}({self.name!r}, {self.length})"


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


def primes(limit):
    """The primes below a limit, by the sieve of Eratosthenes."""
    sieve = bytearray([1]) * limit
    sieve[:2] = b"\0\0"
    for number in range(2, int(limit**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, limit, number)))
    return [number for number in range(limit) if sieve[number]]


def main():
    krait = Snake("krait", 1.35).eat("lizard", "frog", "lizard")
    python = Snake("python", 5.2).eat("deer")
    print("the longest:", max(krait, python, key=lambda snake: snake.length))
    print("the krait's diet:", {food: krait.diet.count(food) for food in sorted(set(krait.diet))})
    print("primes:", primes(40))
    print("fibonacci:", [n for n, _ in zip(fibonacci(), range(12))], "and 2**100 =", 2**100)
    print(f"{'text':>10}|{3.14159:8.3f}|{255:#x}|{1_000_000:,}")
    first, *rest = "some words to unpack".split()
    print(first, rest[::-1], sep=" <- ")
    try:
        {}["missing"]
    except KeyError as error:
        print("caught", repr(error))
    if (count := len(rest)) > 2:
        print("walrus:", count)


if __name__ == "__main__":
    main()
