"""The polynomials of this folder: minimax in the relative error, by Remez' exchange, rounded to binary64.

    pip install mpmath && python minimax.py

Prints each table as it stands in the sources, and the greatest relative error of the rounded polynomial.
"""

from mpmath import atanh, chop, cos, linspace, log, lu_solve, matrix, mp, mpf, pi, polyval, sin, sqrt

mp.dps = 40


def remez(f, low, high, degree):
    """The polynomial p of least max |p/f − 1| on [low, high], lowest coefficient first."""
    count = degree + 2
    points = [(low + high - (high - low) * cos(pi * i / (count - 1))) / 2 for i in range(count)]
    for _ in range(20):
        # p(x) + (−1)ⁱ·e·f(x) = f(x) on the points: the error is level there.
        rows = [[x**j for j in range(degree + 1)] + [(-1) ** i * f(x)] for i, x in enumerate(points)]
        solution = list(lu_solve(matrix(rows), matrix([f(x) for x in points])))
        p, level = solution[:-1], abs(solution[-1])
        points, worst = extrema(lambda x: polyval(p[::-1], x) / f(x) - 1, low, high, count)
        if worst - level < level / 1000:
            break
    return p


def extrema(error, low, high, count):
    """Where the error is greatest between its changes of sign, and how great."""
    grid = linspace(low, high, 4001)
    values = [error(x) for x in grid]
    best = [0]
    for i in range(1, len(grid)):
        if values[i] * values[best[-1]] < 0:
            best.append(i)
        elif abs(values[i]) > abs(values[best[-1]]):
            best[-1] = i
    assert len(best) == count, "the grid is too coarse"
    return [grid[i] for i in best], max(abs(values[i]) for i in best)


def table(name, f, low, high, degree):
    rounded = [mpf(float(c)) for c in remez(f, low, high, degree)]
    error = max(abs(polyval(rounded[::-1], x) / f(x) - 1) for x in linspace(low, high, 4001))
    print(f"// {name}: relative error below 2^{float(log(error, 2)):.1f}")
    for c in rounded:
        print(f"    {float(c)!r},")


def split(name, value, bits):
    """The value in two parts, the first of few bits, so that its product with a small integer is exact."""
    from mpmath import floor

    unit = mpf(2) ** (floor(log(value, 2)) + 1 - bits)
    high = floor(value / unit) * unit
    print(f"// {name}: {float(high)!r} + {float(value - high)!r}")


tiny = mpf(10) ** -20
root = mpf(2) ** mpf("0.5")
edge = ((root - 1) / (root + 1)) ** 2 * mpf("1.0001")

# The functions' removable gaps at zero are stepped over.
table("(2^f − 1)/f", lambda f: (2**f - 1) / f if f else log(2), mpf("-0.5"), mpf("0.5"), 6)
table("2·artanh(√u)/√u", lambda u: 2 * atanh(sqrt(u)) / sqrt(u) if u else mpf(2), mpf(0), edge, 4)
table("sin(√u)/√u", lambda u: sin(sqrt(u)) / sqrt(u) if u else mpf(1), mpf(0), (pi / 2) ** 2 * mpf("1.0001"), 5)
split("π", pi, 33)
