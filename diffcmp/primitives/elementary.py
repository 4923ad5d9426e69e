"""Constants and elementary functions."""

from diffcmp.primitives.record import primitive

# fmt: off
#          name     args     partial derivatives                       exceptions
primitive("literal", "",    [],                                       internal=True)
primitive("pi",     "",     [],                                       internal=True)
primitive("e",      "",     [],                                       internal=True)
primitive("tau",    "",     [],                                       internal=True)

primitive("sin",    "x",    ["cos(x)"])
primitive("cos",    "x",    ["-sin(x)"],                              near={"0": "1 - 2*sin(x/2)**2"})
primitive("tan",    "x",    ["1 + out**2"],                           definition="sin(x)/cos(x)", poles=True)
# (1 - x)*(1 + x) keeps the digits next to ±1 that 1 - x**2 has lost
primitive("asin",   "x",    ["1/sqrt((1 - x)*(1 + x))"],              domain="-1 <= x <= 1", aliases="arcsin", steep=True,
          near={"1": "pi/2 - 2*asin(sqrt((1 - x)/2))", "-1": "2*asin(sqrt((1 + x)/2)) - pi/2"})
primitive("acos",   "x",    ["-1/sqrt((1 - x)*(1 + x))"],             domain="-1 <= x <= 1", aliases="arccos", steep=True, cancels=True,
          near={"1": "2*asin(sqrt((1 - x)/2))", "-1": "pi - 2*asin(sqrt((1 + x)/2))"})
primitive("atan",   "x",    ["1/(1 + x**2)"],                         at_infinity=("-pi/2", "pi/2"), aliases="arctan")
# divided by the hypotenuse twice: x**2 + y**2 would overflow from 1e155 on
primitive("atan2",  "y, x", ["x/hypot(x, y)/hypot(x, y)", "-y/hypot(x, y)/hypot(x, y)"], aliases="arctan2", analytic="y != 0 or x > 0",
          definition="where(x > 0, atan(y/x), where(y > 0, pi/2 - atan(x/y), "
                     "where(y < 0, -pi/2 - atan(x/y), where(x < 0, pi, 0))))")

primitive("sinh",   "x",    ["cosh(x)"])
primitive("cosh",   "x",    ["sinh(x)"],                              factors=(), near={"0": "1 + 2*sinh(x/2)**2"})
# 1 - out**2 has lost all digits by |x| = 19
primitive("tanh",   "x",    ["1/cosh(x)**2"],                         definition="1 - 2/(exp(2*x) + 1)")
primitive("asinh",  "x",    ["1/hypot(1, x)"],                        aliases="arcsinh")
primitive("acosh",  "x",    ["1/(sqrt(x - 1)*sqrt(x + 1))"],          domain="x >= 1", aliases="arccosh", steep=True, cancels=True,
          near={"1": "2*asinh(sqrt((x - 1)/2))"})
primitive("atanh",  "x",    ["1/((1 - x)*(1 + x))"],                  domain="-1 < x < 1", aliases="arctanh",
          definition="log((1 + x)/(1 - x))/2", steep=True)

primitive("exp",    "x",    ["out"],                                  factors=())
primitive("exp2",   "x",    ["out*log(2)"],                           definition="2**x", factors=())
# out + 1 has lost all digits by x = -37
primitive("expm1",  "x",    ["exp(x)"],                               definition="exp(x) - 1")
primitive("log",    "x",    ["1/x"],                                  domain="x > 0", aliases="ln", cancels=True)
primitive("log2",   "x",    ["1/(x*log(2))"],                         domain="x > 0", definition="log(x)/log(2)", cancels=True)
primitive("log10",  "x",    ["1/(x*log(10))"],                        domain="x > 0", definition="log(x)/log(10)", cancels=True)
primitive("log1p",  "x",    ["1/(1 + x)"],                            domain="x > -1", definition="log(1 + x)")
primitive("sqrt",   "x",    ["1/(2*out)"],                            domain="x >= 0", definition="x**(1/2)", factors=(0,), branches=True)
primitive("cbrt",   "x",    ["1/(3*out**2)"],                         definition="where(x < 0, -(-x)**(1/3), x**(1/3))", factors=(0,), branches=True)
primitive("hypot",  "x, y", ["x/out", "y/out"],                       definition="sqrt(x**2 + y**2)", symmetric=True, factors=(0, 1), branches=True)
# fmt: on
