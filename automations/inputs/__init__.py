"""How the settings of actions are typed: one module for each kind of input (`kind.Kind`)."""
