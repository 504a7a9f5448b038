"""Shared code of the REST API: viewsets, exceptions, pagination, idempotency, ETags, throttling, parsers, schema.

The settings name the modules one by one. REST framework imports some of them before its own views are loaded, so this
package must not import them all.
"""
