"""The tables of the warehouse, beside those that every sandbox has."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS locations (id INTEGER PRIMARY KEY, body TEXT NOT NULL, gone INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS products (id INTEGER PRIMARY KEY, sku TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS product_facts (
    id INTEGER PRIMARY KEY, updated REAL NOT NULL, active INTEGER NOT NULL DEFAULT 1,
    gone INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS stock (
    inventory_id INTEGER NOT NULL, location_id INTEGER NOT NULL, on_hand INTEGER NOT NULL DEFAULT 0,
    committed INTEGER NOT NULL DEFAULT 0, awaiting INTEGER NOT NULL DEFAULT 0, damaged INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (inventory_id, location_id));
CREATE TABLE IF NOT EXISTS stock_before (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, inventory_id INTEGER NOT NULL,
    location_id INTEGER NOT NULL, on_hand INTEGER NOT NULL, committed INTEGER NOT NULL, awaiting INTEGER NOT NULL,
    damaged INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS stock_before_of ON stock_before (inventory_id, location_id, id);
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, reference TEXT NOT NULL, number TEXT NOT NULL,
    status TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL, tracked REAL, waiting INTEGER NOT NULL,
    words TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (channel, reference));
CREATE INDEX IF NOT EXISTS orders_updated ON orders (updated);
CREATE INDEX IF NOT EXISTS orders_tracked ON orders (tracked);
CREATE INDEX IF NOT EXISTS orders_waiting ON orders (id) WHERE waiting > 0;
CREATE TABLE IF NOT EXISTS shipments (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, status TEXT NOT NULL, picked INTEGER NOT NULL DEFAULT 0,
    since REAL NOT NULL);
CREATE INDEX IF NOT EXISTS shipments_by_status ON shipments (status, id);
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, created REAL NOT NULL, revoked REAL);
CREATE TABLE IF NOT EXISTS subscriptions (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL, topics TEXT NOT NULL, secret TEXT NOT NULL, description TEXT NOT NULL,
    created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, subscription_id INTEGER NOT NULL, event_id TEXT NOT NULL,
    topic TEXT NOT NULL, body TEXT NOT NULL, due REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT '', delivered REAL);
CREATE INDEX IF NOT EXISTS deliveries_open ON deliveries (due) WHERE delivered IS NULL;
"""
