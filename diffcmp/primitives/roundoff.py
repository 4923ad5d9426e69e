"""What each primitive does to the rounding errors of its arguments, and how large its value is.

With these facts a bound of the relative error of a whole computation is known before it is run, but
for what an inequality has to say, which costs a comparison (`engines.lhopital.alarms`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Roundoff:
    """Facts of one primitive.

    amplifies: for each parameter a bound of |x · ∂out/∂x / out|, by which a small relative error of
        the argument grows: a number, or an expression in the parameters and `out`; "" where none
        is stated, so that the argument has to be exact.
    size: for a primitive of one argument, bounds of |out| where that is not 0, in the bounds `lo`
        and `hi` of |x|; () where there are none.
    positive: the value is never negative. steady: an absolute error of the argument is at most as
        large a relative error of the value.
    """

    amplifies: tuple[str, ...]
    size: tuple[str, str] | tuple[()] = ()
    positive: bool = False
    steady: bool = False


ROUNDOFF: dict[str, Roundoff] = {}


def roundoff(
    name: str,
    amplifies: str,
    lower: str = "",
    upper: str = "",
    *,
    positive: bool = False,
    steady: bool = False,
) -> None:
    """Enter the facts of one primitive; the bounds for each parameter stand between semicolons."""
    bounds = tuple(part.strip() for part in amplifies.split(";"))
    ROUNDOFF[name] = Roundoff(bounds, (lower, upper) if lower else (), positive, steady)


# No floating-point number of these formats is nearer to a multiple of π/2 than 2**-80, relative to
# 1; where an argument is inexact, its own test keeps it farther off. The least distance of two
# numbers next to 1 is 2**-64.
# fmt: off
#        name       growth of a relative error             least value            largest value
roundoff("neg",     "1")
roundoff("abs",     "1")
roundoff("mul",     "1; 1")
roundoff("div",     "1; 1")
roundoff("sqrt",    "0.5",                                 "sqrt(lo)",            "sqrt(hi)", positive=True)
roundoff("cbrt",    "0.34",                                "cbrt(lo)",            "cbrt(hi)")
roundoff("hypot",   "1; 1", positive=True)
roundoff("pow",     "y; y*log(x)", positive=True)
roundoff("copysign", "1; 0")

roundoff("sin",     "x/out",                               "min(lo, 1)/2**100",   "1")
roundoff("cos",     "x/out",                               "1/2**100",            "1")
roundoff("tan",     "x/out + x*out",                       "min(lo, 1)/2**100",   "2**100")
roundoff("asin",    "1/sqrt((1 - x)*(1 + x))",             "lo",                  "2")
roundoff("acos",    "2/((1 - x)*(1 + x))",                 "1/2**33",             "4", positive=True)
roundoff("atan",    "1",                                   "min(lo, 1)/2",        "2")
roundoff("atan2",   "1; 1")

roundoff("sinh",    "1 + abs(x)",                          "lo",                  "exp(hi)")
roundoff("cosh",    "x",                                   "1",                   "exp(hi)", positive=True, steady=True)
roundoff("tanh",    "1",                                   "min(lo, 1)/2",        "1")
roundoff("asinh",   "1",                                   "min(lo, 1)/2",        "hi")
roundoff("acosh",   "1 + 1/(x - 1)",                       "1/2**33",             "hi", positive=True)
roundoff("atanh",   "1/((1 - x)*(1 + x))",                 "lo",                  "64")

roundoff("exp",     "x",                                   "exp(-hi)",            "exp(hi)", positive=True, steady=True)
roundoff("exp2",    "x",                                   "2**(-hi)",            "2**hi", positive=True, steady=True)
roundoff("expm1",   "1 + abs(x)",                          "min(lo, 1)/2",        "exp(hi)")
roundoff("log",     "1/out",                               "1/2**66",             "abs(log(lo)) + abs(log(hi))")
roundoff("log2",    "1.5/out",                             "1/2**66",             "2*(abs(log(lo)) + abs(log(hi)))")
roundoff("log10",   "1/out",                               "1/2**67",             "abs(log(lo)) + abs(log(hi))")
roundoff("log1p",   "1 + 1/(1 + x)",                       "min(lo, 1)/2",        "64 + hi")

roundoff("erf",     "1",                                   "min(lo, 1)/2",        "2")
roundoff("erfc",    "1 + 2*x*x",                           "exp(-hi*hi)/(2 + 2*hi)", "2", positive=True)
# |x·ψ(x)| is at most 2 + x·|log(x)| right of 0
roundoff("gamma",   "where(x > 0, 2 + x*x, 1e300)")
# correctly rounded, by balls; what is not in this table, such as lgamma, has few digits next to its zeros
roundoff("digamma", "")
roundoff("polygamma", "; ")
roundoff("fma",     "; ; ")
# fmt: on
