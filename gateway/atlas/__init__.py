"""Register data beside the sensors: deliveries, stored formulas, classes, confidentiality.

    delivery file --reading--> Table --deliveries--> values --classification--> Result --confidentiality--> published

Datasets, products and methods are TOML files; another one needs no code. Numbers are `decimal.Decimal` throughout,
because a class border is an exact statement and a binary fraction is not.
"""
