"""Operators, comparisons and the choice between branches."""

from diffcmp.primitives.record import primitive

# fmt: off
#          name      args       partial derivatives    exceptions
primitive("neg",    "x",       ["-1"],                infix="-",   precedence=13, internal=True, numpy="negative", ring=True, additive=True, rational=True, factors=(0,))
primitive("add",    "x, y",    ["1", "1"],            infix=" + ", precedence=11, internal=True, numpy="add",      ring=True, additive=True, rational=True,
          symmetric=True, cancels=True)
primitive("sub",    "x, y",    ["1", "-1"],           infix=" - ", precedence=11, internal=True, numpy="subtract", ring=True, additive=True, rational=True, cancels=True)
primitive("mul",    "x, y",    ["y", "x"],            infix="*",   precedence=12, internal=True, numpy="multiply", ring=True, rational=True,
          symmetric=True, factors=(0, 1))
primitive("div",    "x, y",    ["1/y", "-out/y"],     infix="/",   precedence=12, internal=True, numpy="divide",   rational=True,
          domain="y != 0", factors=(0,))
primitive("fma",    "x, y, z", ["y", "x", "1"],       definition="x*y + z")

# x**y is two primitives. Where the exponent is a constant (`power`), negative bases and zeros are allowed as its value
# allows them, and no logarithm is ever taken; where it varies (`pow`), x must be positive. The builder of programs chooses.
primitive("power",  "x, y",    ["where(y == 0, 0, y*x**(y - 1))", ""],           infix="**", precedence=14, numpy="power", internal=True, rational=True,
          domain="x > 0 or y == floor(y) and (x != 0 or y >= 0) or x == 0 and y >= 0", factors=(0,), branches=True)
primitive("pow",    "x, y",    ["y*x**(y - 1)", "where(x == 0, 0, out*log(x))"], infix="**", precedence=14, numpy="power",
          domain="x > 0 or x == 0 and y >= 0 or y == floor(y) and x != 0",
          # left of 0 a power is there where the exponent is whole; right of it nothing is asked of the exponent
          definition="z = where(x < 0, y, 1/2); where(x == 0, where(y > 0, 0, where(y == 0, 1, 1/x)), "
          "where(z == floor(z), (1 - 2*(z - 2*floor(z/2)))*exp(z*log(-x)), exp(y*log(x))))", usual="x > 0", branches=True)

primitive("lt",     "x, y",    ["", ""],  infix=" < ",   precedence=6, condition=True, internal=True, mirror="gt", opposite="ge", numpy="less")
primitive("le",     "x, y",    ["", ""],  infix=" <= ",  precedence=6, condition=True, internal=True, mirror="ge", opposite="gt", numpy="less_equal")
primitive("gt",     "x, y",    ["", ""],  infix=" > ",   precedence=6, condition=True, internal=True, mirror="lt", opposite="le", numpy="greater")
primitive("ge",     "x, y",    ["", ""],  infix=" >= ",  precedence=6, condition=True, internal=True, mirror="le", opposite="lt", numpy="greater_equal")
primitive("eq",     "x, y",    ["", ""],  infix=" == ",  precedence=6, condition=True, internal=True, mirror="eq", opposite="ne", numpy="equal",
          symmetric=True)
primitive("ne",     "x, y",    ["", ""],  infix=" != ",  precedence=6, condition=True, internal=True, mirror="ne", opposite="eq", numpy="not_equal",
          symmetric=True)
primitive("and",    "p, q",    ["", ""],  infix=" and ", precedence=4, condition=True, internal=True, symmetric=True)
primitive("or",     "p, q",    ["", ""],  infix=" or ",  precedence=3, condition=True, internal=True, symmetric=True)
primitive("not",    "p",       [""],      infix="not ",  precedence=5, condition=True, internal=True)

primitive("where",  "p, x, y", ["", "where(p, 1, 0)", "where(p, 0, 1)"], selects=True)
# fmt: on
