"""The tables of the store, beside those that every sandbox has."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS stores (id INTEGER PRIMARY KEY, name TEXT NOT NULL, settings TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS products (
    id INTEGER PRIMARY KEY, store_id INTEGER NOT NULL, sku TEXT NOT NULL, updated INTEGER NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS products_of_store ON products (store_id, id);
CREATE INDEX IF NOT EXISTS products_by_change ON products (store_id, updated, id);
CREATE TABLE IF NOT EXISTS orders (
    store_id INTEGER NOT NULL, internal_id INTEGER NOT NULL, public_id TEXT NOT NULL, body TEXT NOT NULL,
    spoilt TEXT NOT NULL DEFAULT '', PRIMARY KEY (store_id, internal_id));
CREATE UNIQUE INDEX IF NOT EXISTS orders_by_public_id ON orders (store_id, public_id);
CREATE TABLE IF NOT EXISTS order_index (
    store_id INTEGER NOT NULL, internal_id INTEGER NOT NULL, public_id TEXT NOT NULL, created INTEGER NOT NULL,
    updated INTEGER NOT NULL, payment TEXT NOT NULL, fulfillment TEXT NOT NULL, email TEXT NOT NULL, words TEXT,
    body TEXT NOT NULL, PRIMARY KEY (store_id, internal_id));
CREATE INDEX IF NOT EXISTS order_index_newest ON order_index (store_id, created DESC, internal_id DESC);
DROP INDEX IF EXISTS order_index_updated;
CREATE INDEX IF NOT EXISTS order_index_changed ON order_index (
    store_id, updated, created DESC, internal_id DESC, payment);
CREATE INDEX IF NOT EXISTS order_index_public ON order_index (store_id, public_id);
CREATE INDEX IF NOT EXISTS order_index_shipped ON order_index (
    store_id, fulfillment, created DESC, internal_id DESC, payment);
CREATE TABLE IF NOT EXISTS unseen (
    id INTEGER PRIMARY KEY, store_id INTEGER NOT NULL, internal_id INTEGER NOT NULL, due REAL NOT NULL, body TEXT);
CREATE TABLE IF NOT EXISTS deleted_orders (
    store_id INTEGER NOT NULL, internal_id INTEGER NOT NULL, public_id TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deleted_products (store_id INTEGER NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, store_id INTEGER NOT NULL, scopes TEXT NOT NULL, redirect_uri TEXT NOT NULL,
    expires REAL NOT NULL, token TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, store_id INTEGER NOT NULL, kind TEXT NOT NULL, scopes TEXT NOT NULL,
    created REAL NOT NULL, revoked REAL);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, event_type TEXT NOT NULL, body TEXT NOT NULL,
    created REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT '', delivered REAL);
"""
