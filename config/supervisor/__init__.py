"""What `manage.py up` becomes: a small process that keeps Redis, worker, scheduler and web server alive.

Two halves. `commands`, `preflight` and `prepare` need Django's settings and run once, inside `manage.py up`.
The rest is standard library only and imports nothing of ours but its neighbours, relatively: `up` replaces itself by
`python -m supervisor`, started inside this package's parent folder, because `import config` brings Celery and
Django brings everything (80 MB for a process that waits; so it is 13 MB).

    supervisor ──┬── redis         each in a process group of its own, so that the terminal's
                 ├── worker        Ctrl-C reaches the supervisor alone and the order of stopping holds
                 ├── beat
                 ├── web
                 └── watcher       ends those groups when the supervisor itself is killed
"""
