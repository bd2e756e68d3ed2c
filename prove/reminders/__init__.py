"""Kill everything that sends reminders, at every named point: nothing is lost.

`./naast prove reminders` runs real servers, workers, beats and a web server, and a real mail
server that counts what it accepted (security.md F1-F5, F8, I10, I11).
"""
