"""Checks that the services of `make services-test` answer: python tests/services.py POSTGRES_URL REDIS_URL"""

import sys

import psycopg
import redis


def main() -> None:
    """One clear line for what is missing."""
    postgres, cache = sys.argv[1:3]
    server = postgres.rsplit("/", 1)[0] + "/postgres"
    try:
        psycopg.connect(server, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        sys.exit(f"metya: PostgreSQL does not answer at {server} ({reason}); start it or set POSTGRES_URL")
    try:
        redis.Redis.from_url(cache, socket_connect_timeout=5).ping()
    except redis.RedisError as error:
        sys.exit(f"metya: Redis does not answer at {cache} ({error}); start it or set TEST_REDIS_URL")


if __name__ == "__main__":
    main()
