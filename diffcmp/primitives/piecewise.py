"""Functions made of pieces. Where two pieces meet, the partial derivative follows the convention of
the machine-learning libraries."""

from diffcmp.primitives.record import primitive

# fmt: off
#          name         args         partial derivatives                              exceptions
primitive("abs",       "x",         ["sign(x)"],                                     definition="where(x < 0, -x, x)", aliases="fabs absolute", numpy="absolute", factors=(0,))
primitive("sign",      "x",         ["0"],                                           definition="where(x > 0, 1, where(x < 0, -1, 0))")
primitive("heaviside", "x",         ["0"],                                           definition="where(x > 0, 1, where(x < 0, 0, 1/2))")
primitive("floor",     "x",         ["0"],                                           steps=True, rational=True)
primitive("ceil",      "x",         ["0"],                                           definition="-floor(-x)")
# at a tie both arguments get one half, as in NumPy-like libraries
primitive("max",       "x, y",      ["where(x > y, 1, where(x < y, 0, 1/2))", "where(x < y, 1, where(x > y, 0, 1/2))"],
          definition="where(x >= y, x, y)", aliases="fmax maximum", numpy="maximum", folds=True, symmetric=True)
primitive("min",       "x, y",      ["where(x < y, 1, where(x > y, 0, 1/2))", "where(x > y, 1, where(x < y, 0, 1/2))"],
          definition="where(x <= y, x, y)", aliases="fmin minimum", numpy="minimum", folds=True, symmetric=True)
primitive("clip",      "x, lo, hi", ["where(x < lo, 0, where(x > hi, 0, 1))", "where(hi < lo, 0, where(x < lo, 1, 0))",
                                     "where(hi < lo, 1, where(x > hi, 1, 0))"],      definition="min(max(x, lo), hi)", aliases="clamp")
primitive("copysign",  "x, y",      ["sign(x)*copysign(1, y)", "0"],                 definition="where(y < 0, -abs(x), abs(x))")
# fmt: on
