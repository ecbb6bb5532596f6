"""E
rm literacy_app/offline/keys.py
