"""The profiles: one TOML file each; `lite` is the default."""
