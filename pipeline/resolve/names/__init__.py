"""How names are written: of people in any order and script, of shops with all that goes without saying."""
