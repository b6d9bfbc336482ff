"""HTTP interface: queries, health, metrics. `gateway.api.app.create_app` puts it together."""
