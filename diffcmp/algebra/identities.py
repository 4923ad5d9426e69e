"""The identities by which an expression is rewritten into one that loses fewer digits: one aligned
line each.

Over the reals the two sides are equal wherever both are defined, and the right-hand side is defined
wherever the left one is, unless `needs` says where. `n` stands for a positive number, `k` for a
whole one, any other letter for any expression. Sums and products are matched in any order and as
part of longer ones, sums also with the opposite sign, so that `exp(a) - 1` covers `1 - exp(a)` and
`exp(x) - x - 1`; `a**2` covers the squares `4*x**2` and `9`, `a**k` any whole power. Where several
apply, the earlier lines are offered first.

Sources: Higham, "Accuracy and Stability of Numerical Algorithms" (2002), chapters 1 and 2; Kahan,
"Branch cuts for complex elementary functions" (1987); Herbie (Panchekha et al. 2015); Abramowitz &
Stegun 4.3–4.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Reason(Enum):
    """Why the right-hand side of an identity is the better one."""

    CANCELLATION = "no subtraction of nearly equal numbers"
    OVERFLOW = "no overflow or underflow on the way"
    INSIDE = "one primitive, which has its value and its derivative put inside"
    COMMON_FACTOR = "a common factor cancels, and 0/0 with it"
    INFINITE_DIFFERENCE = "one fraction instead of a difference of two that grow without bound"
    BRANCH = "one branch fewer"
    INVERSE = "a function and its inverse cancel"


@dataclass(frozen=True, slots=True)
class Identity:
    """`pattern` equals `replacement`, which is defined where `needs` holds ("": everywhere)."""

    pattern: str
    replacement: str
    reason: Reason
    needs: str = ""


IDENTITIES: list[Identity] = []
# for any number of factors: `rewrite` carries it out
COMMON_FACTOR = Identity("a*b/a", "b", Reason.COMMON_FACTOR)
# for any degree: `polynomials` carries it out
ROOTS = Identity("a**2 - (b + c)*a + b*c", "(a - b)*(a - c)", Reason.CANCELLATION)


def identity(pattern: str, replacement: str, reason: Reason, needs: str = "") -> None:
    """Enter one identity in the table."""
    IDENTITIES.append(Identity(pattern, replacement, reason, needs))


# fmt: off
# ruff: noqa: E501 - a table: one aligned line an identity
#        pattern                              replacement                                reason                      needs
# exponentials and logarithms, put into one function
identity("log(1 + exp(a))",                   "softplus(a)",                             Reason.OVERFLOW)
identity("log1p(exp(a))",                     "softplus(a)",                             Reason.OVERFLOW)
identity("max(a, 0) + log1p(exp(-abs(a)))",   "softplus(a)",                             Reason.INSIDE)
identity("log(exp(a) + exp(b))",              "logaddexp(a, b)",                         Reason.OVERFLOW)
identity("(exp(a) - 1)/(exp(a) + 1)",         "tanh(a/2)",                               Reason.OVERFLOW)
identity("(exp(a) - exp(-a))/(exp(a) + exp(-a))", "tanh(a)",                             Reason.OVERFLOW)
identity("a/(1 + exp(-a))",                   "silu(a)",                                 Reason.INSIDE)
identity("a*sigmoid(a)",                      "silu(a)",                                 Reason.INSIDE)
identity("1/(1 + exp(-a))",                   "sigmoid(a)",                              Reason.OVERFLOW)
identity("exp(a)/(1 + exp(a))",               "sigmoid(a)",                              Reason.OVERFLOW)
identity("exp(a)/(exp(a) + exp(b))",          "sigmoid(a - b)",                          Reason.OVERFLOW)
identity("1/(1 + exp(a))",                    "sigmoid(-a)",                             Reason.OVERFLOW)
identity("log(sigmoid(a))",                   "-softplus(-a)",                           Reason.OVERFLOW)
identity("log(1 - sigmoid(a))",               "-softplus(a)",                            Reason.CANCELLATION)
identity("log(1/(1 + exp(-a)))",              "-softplus(-a)",                           Reason.OVERFLOW)
identity("1 - sigmoid(a)",                    "sigmoid(-a)",                             Reason.CANCELLATION)
identity("(exp(a) - exp(-a))/2",              "sinh(a)",                                 Reason.CANCELLATION)
identity("(exp(a) + exp(-a))/2",              "cosh(a)",                                 Reason.INSIDE)
identity("exp(a) - exp(-a)",                  "2*sinh(a)",                               Reason.CANCELLATION)
identity("sinh(a)/cosh(a)",                   "tanh(a)",                                 Reason.OVERFLOW)
identity("log(cosh(a))",                      "log1p(2*sinh(a/2)**2)",                   Reason.CANCELLATION)
identity("log(cosh(a))",                      "logaddexp(a, -a) - log(2)",               Reason.OVERFLOW)
identity("log(2*cosh(a))",                    "logaddexp(a, -a)",                        Reason.OVERFLOW)
identity("log(sinh(a))",                      "a + log(-expm1(-2*a)) - log(2)",          Reason.OVERFLOW)
identity("log(tanh(a))",                      "log1p(-2/(exp(2*a) + 1))",                Reason.CANCELLATION)
identity("log(exp(a) - 1)",                   "a + log(-expm1(-a))",                     Reason.OVERFLOW)
identity("log(expm1(a))",                     "a + log(-expm1(-a))",                     Reason.OVERFLOW)
identity("exp(a) - 1",                        "expm1(a)",                                Reason.CANCELLATION)
identity("exp(a) - exp(b)",                   "exp(b)*expm1(a - b)",                     Reason.CANCELLATION)
identity("a**b - c**b",                       "c**b*expm1(b*log(a/c))",                  Reason.CANCELLATION,       "a > 0 and c > 0")
identity("(1 + a)**b - 1",                    "expm1(b*log1p(a))",                       Reason.CANCELLATION,       "1 + a > 0")
identity("(1 + a)**k - 1",                    "expm1(k*log1p(a))",                       Reason.CANCELLATION,       "1 + a > 0")
identity("(1 + a)**b",                        "exp(b*log1p(a))",                         Reason.CANCELLATION,       "1 + a > 0")
identity("a**b - 1",                          "expm1(b*log(a))",                         Reason.CANCELLATION,       "a > 0")
identity("log(cos(a))",                       "log1p(-2*sin(a/2)**2)",                   Reason.CANCELLATION)
identity("log((1 + a)/(1 - a))",              "2*atanh(a)",                              Reason.CANCELLATION)
identity("log(a + sqrt(a**2 + 1))",           "asinh(a)",                                Reason.CANCELLATION)
identity("log(a + sqrt(a**2 - 1))",           "acosh(a)",                                Reason.OVERFLOW)
identity("log(exp(a))",                       "a",                                       Reason.OVERFLOW)
identity("log(gamma(a))",                     "lgamma(a)",                               Reason.OVERFLOW)
identity("log(1 + a)",                        "log1p(a)",                                Reason.CANCELLATION)
identity("log(1 + a) - log(1 - a)",           "2*atanh(a)",                              Reason.CANCELLATION)
identity("log1p(a) - log1p(-a)",              "2*atanh(a)",                              Reason.CANCELLATION)
identity("log1p(a) - log1p(b)",               "log1p((a - b)/(1 + b))",                  Reason.CANCELLATION)
identity("log(a) - log(b)",                   "log1p((a - b)/b)",                        Reason.CANCELLATION)
identity("log(a) - log(b)",                   "log(a/b)",                                Reason.CANCELLATION)
identity("log(a/b)",                          "log1p((a - b)/b)",                        Reason.CANCELLATION)
identity("exp(log(a))",                       "a",                                       Reason.INVERSE)
identity("exp(a)/exp(b)",                     "exp(a - b)",                              Reason.OVERFLOW)
identity("exp(a)*exp(b)",                     "exp(a + b)",                              Reason.OVERFLOW)
identity("a**b/a**c",                         "a**(b - c)",                              Reason.OVERFLOW)
identity("a**b/c**b",                         "(a/c)**b",                                Reason.OVERFLOW)
identity("log(a)/log(2)",                     "log2(a)",                                 Reason.INSIDE)
identity("log(a)/log(10)",                    "log10(a)",                                Reason.INSIDE)

# trigonometric and hyperbolic functions
identity("(1 - cos(a))/a**2",                 "sinc(a/2)**2/2",                          Reason.COMMON_FACTOR)
identity("(1 - cos(a))/a",                    "sin(a/2)*sinc(a/2)",                      Reason.COMMON_FACTOR)
identity("(1 - cos(a))/sin(a)",               "tan(a/2)",                                Reason.COMMON_FACTOR)
identity("sin(a)/(1 + cos(a))",               "tan(a/2)",                                Reason.COMMON_FACTOR)
identity("sin(a)/a",                          "sinc(a)",                                 Reason.INSIDE)
identity("sin(a)/cos(a)",                     "tan(a)",                                  Reason.INSIDE)
identity("1 - cos(a)**2",                     "sin(a)**2",                               Reason.CANCELLATION)
identity("1 - sin(a)**2",                     "cos(a)**2",                               Reason.CANCELLATION)
identity("1 - tanh(a)**2",                    "1/cosh(a)**2",                            Reason.CANCELLATION)
identity("1 - cos(a)",                        "2*sin(a/2)**2",                           Reason.CANCELLATION)
identity("1/cos(a) - 1",                      "2*sin(a/2)**2/cos(a)",                    Reason.CANCELLATION)
identity("cosh(a) - 1",                       "2*sinh(a/2)**2",                          Reason.CANCELLATION)
identity("cosh(a)**2 - sinh(a)**2",           "1",                                       Reason.CANCELLATION)
identity("cosh(a) - sinh(a)",                 "exp(-a)",                                 Reason.CANCELLATION)
identity("sin(a)**2 + cos(a)**2",             "1",                                       Reason.CANCELLATION)
identity("cos(a)**2 - sin(a)**2",             "cos(2*a)",                                Reason.CANCELLATION)
identity("tan(a) - sin(a)",                   "2*tan(a)*sin(a/2)**2",                    Reason.CANCELLATION)
identity("sin(a) - sin(b)",                   "2*cos((a + b)/2)*sin((a - b)/2)",         Reason.CANCELLATION)
identity("cos(a) - cos(b)",                   "-2*sin((a + b)/2)*sin((a - b)/2)",        Reason.CANCELLATION)
identity("tan(a) - tan(b)",                   "sin(a - b)/(cos(a)*cos(b))",              Reason.CANCELLATION)
identity("atan(a) - atan(b)",                 "atan2(a - b, 1 + a*b)",                   Reason.CANCELLATION)
identity("acos(1 - a)",                       "2*asin(sqrt(a/2))",                       Reason.CANCELLATION)
identity("acos(cos(a))",                      "atan2(abs(sin(a)), cos(a))",              Reason.CANCELLATION)
identity("acosh(1 + a)",                      "log1p(a + sqrt(a*(a + 2)))",              Reason.CANCELLATION)

# the angle of two vectors, and of two places on a sphere (the haversine)
identity("acos((a*c + b*d)/(hypot(a, b)*hypot(c, d)))", "atan2(abs(a*d - b*c), a*c + b*d)", Reason.CANCELLATION)
identity("acos((a*c + b*d)/(sqrt(a**2 + b**2)*sqrt(c**2 + d**2)))", "atan2(abs(a*d - b*c), a*c + b*d)", Reason.CANCELLATION)
identity("acos((a*c + b*d)/sqrt((a**2 + b**2)*(c**2 + d**2)))", "atan2(abs(a*d - b*c), a*c + b*d)", Reason.CANCELLATION)
identity("acos((a*p + b*q + c*r)/(hypot(hypot(a, b), c)*hypot(hypot(p, q), r)))", "atan2(hypot(hypot(b*r - c*q, c*p - a*r), a*q - b*p), a*p + b*q + c*r)", Reason.CANCELLATION)
identity("acos((a*p + b*q + c*r)/(sqrt(a**2 + b**2 + c**2)*sqrt(p**2 + q**2 + r**2)))", "atan2(hypot(hypot(b*r - c*q, c*p - a*r), a*q - b*p), a*p + b*q + c*r)", Reason.CANCELLATION)
identity("acos((a*p + b*q + c*r)/sqrt((a**2 + b**2 + c**2)*(p**2 + q**2 + r**2)))", "atan2(hypot(hypot(b*r - c*q, c*p - a*r), a*q - b*p), a*p + b*q + c*r)", Reason.CANCELLATION)
identity("acos(sin(a)*sin(b) + cos(a)*cos(b)*cos(c))", "2*asin(sqrt(sin((a - b)/2)**2 + cos(a)*cos(b)*sin(c/2)**2))", Reason.CANCELLATION)

# roots and powers
identity("sqrt(a**2)",                        "abs(a)",                                  Reason.OVERFLOW)
identity("sqrt(a**2 + b**2)",                 "hypot(a, b)",                             Reason.OVERFLOW)
identity("sqrt(a)**2",                        "a",                                       Reason.INVERSE)
identity("sqrt(a) - n",                       "(a - n**2)/(sqrt(a) + n)",                Reason.CANCELLATION)
identity("sqrt(b**2 + c) - b",                "c/(sqrt(b**2 + c) + b)",                  Reason.CANCELLATION,       "sqrt(b**2 + c) + b != 0")
identity("sqrt(b**2 + c) + b",                "c/(sqrt(b**2 + c) - b)",                  Reason.CANCELLATION,       "sqrt(b**2 + c) - b != 0")
identity("sqrt(a) - sqrt(b)",                 "(a - b)/(sqrt(a) + sqrt(b))",             Reason.CANCELLATION,       "a + b > 0")
identity("cbrt(a) - cbrt(b)", "(a - b)/(cbrt(a)**2 + cbrt(a)*cbrt(b) + cbrt(b)**2)",     Reason.CANCELLATION,       "abs(a) + abs(b) > 0")
identity("cbrt(a) - n",       "(a - n**3)/(cbrt(a)**2 + n*cbrt(a) + n**2)",              Reason.CANCELLATION)
identity("1/sqrt(a) - 1/sqrt(b)", "(b - a)/(sqrt(a)*sqrt(b)*(sqrt(a) + sqrt(b)))",       Reason.CANCELLATION)
identity("a**2 - 2*a*b + b**2",               "(a - b)**2",                              Reason.CANCELLATION)
identity("a**2 + 2*a*b + b**2",               "(a + b)**2",                              Reason.CANCELLATION)
identity("a**2 - b**2",                       "(a - b)*(a + b)",                         Reason.CANCELLATION)
identity("a**3 - b**3",                       "(a - b)*(a**2 + a*b + b**2)",             Reason.CANCELLATION)
identity("a**3 + b**3",                       "(a + b)*(a**2 - a*b + b**2)",             Reason.CANCELLATION)
identity("1 - a/b",                           "(b - a)/b",                               Reason.CANCELLATION)
identity("a/b - c/d",                         "(a*d - c*b)/(b*d)",                       Reason.INFINITE_DIFFERENCE)

# special functions
identity("1 - erf(a)",                        "erfc(a)",                                 Reason.CANCELLATION)
identity("1 + erf(a)",                        "erfc(-a)",                                Reason.CANCELLATION)
identity("1 - erfc(a)",                       "erf(a)",                                  Reason.CANCELLATION)
identity("log(erfc(a)/2)",                    "log1p(-erfc(-a)/2)",                      Reason.CANCELLATION)
identity("log((1 + erf(a))/2)",               "log1p(-erfc(a)/2)",                       Reason.CANCELLATION)
identity("erf(a) - erf(b)",                   "erfc(b) - erfc(a)",                       Reason.CANCELLATION)
identity("gamma(a + 1)/gamma(a)",             "a",                                       Reason.OVERFLOW)
identity("gamma(a)/gamma(b)",                 "exp(lgamma(a) - lgamma(b))",              Reason.OVERFLOW,           "a > 0 and b > 0")

# branches
identity("where(a == 0, 1, sin(a)/a)",        "sinc(a)",                                 Reason.BRANCH)
identity("where(a < 0, -a, a)",               "abs(a)",                                  Reason.BRANCH)
identity("where(0 <= a, a, -a)",              "abs(a)",                                  Reason.BRANCH)
identity("where(0 < a, a, -a)",               "abs(a)",                                  Reason.BRANCH)
identity("where(0 < a, a, 0)",                "relu(a)",                                 Reason.BRANCH)
identity("where(0 <= a, a, 0)",               "relu(a)",                                 Reason.BRANCH)
identity("where(b < a, a, b)",                "max(a, b)",                               Reason.BRANCH)
identity("where(a < b, a, b)",                "min(a, b)",                               Reason.BRANCH)
identity("where(0 <= a, 1/(1 + exp(-a)), exp(a)/(1 + exp(a)))", "sigmoid(a)",            Reason.BRANCH)
# fmt: on
