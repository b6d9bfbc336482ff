"""Silent and wrong sensors: frozen facts in, states out; who is told of them, once.

`presence`, `battery`, `flat`, `drift` and `rates` are pure judges, `ledger` says what began and ended, `storage` keeps
that, `digest` and `wording` turn it into messages, `webhook` and `mail` deliver them.
"""
