"""The local PostgreSQL: started, stopped, crashed, left over, and refused with one sentence."""

import multiprocessing
import os
import signal
import subprocess
from contextlib import closing

import psutil
import psycopg2
import pytest

from local.account import LocalError
from local.postgres import LONGEST_SOCKET, SOCKET, THROWAWAY, Postgres
from local.trouble import explain
from tests.support.folders import short_folder


@pytest.fixture
def folder():
    """A short path: a socket's name has to fit into about a hundred bytes."""
    with short_folder() as made:
        yield made


@pytest.fixture
def server(folder):
    made = Postgres(folder / "pg", THROWAWAY)
    yield made
    made.stop("immediate")


def ask(url, question):
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone() if cursor.description else None


def postmaster(server):
    return psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))


def ended(process):
    """Gone, or dead and waiting for its parent to look."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def start_and_be_killed(data):
    """In a process of its own: hold a server, and end without a chance to stop it."""
    Postgres(data, THROWAWAY).start()
    os.kill(os.getpid(), signal.SIGKILL)


class TestStart:
    def test_makes_roles_and_a_database_that_the_owner_owns(self, server):
        server.start()
        assert ask(server.app_url, "SELECT current_user, current_database()") == (
            "ogs_app",
            "grocery",
        )
        assert ask(
            server.owner_url,
            "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()",
        ) == ("ogs_owner",)
        powers = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = 'ogs_app'"
        assert ask(server.app_url, powers) == (False,)

    def test_listens_on_no_tcp_port(self, server):
        server.start()
        assert not postmaster(server).net_connections(kind="tcp")

    def test_lets_nobody_else_reach_the_socket(self, server):
        server.start()
        assert server.socket_folder.stat().st_mode & 0o077 == 0

    def test_keeps_its_data(self, server):
        server.start()
        ask(server.owner_url, "CREATE TABLE kept (n int)")
        ask(server.owner_url, "INSERT INTO kept VALUES (7)")
        server.stop("immediate")
        assert not server.is_running()
        server.start()
        assert ask(server.owner_url, "SELECT n FROM kept") == (7,)

    def test_where_the_path_is_long_and_has_spaces(self, folder):
        data = folder / "a shop, and its data" / ("x" * 100) / "pg"
        server = Postgres(data, THROWAWAY)
        server.start()
        try:
            assert server.socket_folder != data
            assert len(os.fsencode(server.socket_folder / SOCKET)) <= LONGEST_SOCKET
            assert ask(server.app_url, "SELECT 1") == (1,)
        finally:
            server.stop("immediate")
            server.socket_folder.rmdir()

    def test_where_others_may_not_enter(self, folder):
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        server = Postgres(closed / "deeper" / "pg", THROWAWAY)
        server.start()
        server.stop()
        assert closed.stat().st_mode & 0o777 == 0o700


class TestLeftOver:
    def test_a_server_whose_holder_was_killed_is_replaced(self, server):
        holder = multiprocessing.get_context("spawn").Process(
            target=start_and_be_killed, args=(server.data,)
        )
        holder.start()
        holder.join(60)
        assert holder.exitcode == -signal.SIGKILL
        left = postmaster(server)
        server.start()
        assert postmaster(server) != left
        assert ended(left)
        assert ask(server.app_url, "SELECT 1") == (1,)

    def test_a_pid_file_with_another_programs_number_is_no_obstacle(self, server):
        server.start()
        server.stop()
        (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n1\n5432\n")
        server.start()
        assert server.answers()

    def test_a_server_without_a_pid_file_is_ended(self, server):
        server.start()
        left = postmaster(server)
        left.suspend()  # else it would notice, and end by itself
        (server.data / "postmaster.pid").unlink()
        server.stop("immediate")
        assert ended(left)


class TestRefusals:
    def test_a_second_holder_is_refused_and_harms_nothing(self, server):
        server.start()
        other = Postgres(server.data, THROWAWAY)
        with pytest.raises(LocalError, match=f"already in use by process {os.getpid()}"):
            other.start()
        other.stop()
        assert server.answers()

    def test_data_of_another_major_version(self, server):
        server.start()
        server.stop()
        (server.data / "PG_VERSION").write_text("17\n")
        with pytest.raises(LocalError, match="made by PostgreSQL 17 and this is PostgreSQL 18"):
            server.start()
        assert not server.is_running()

    def test_files_that_are_no_database(self, server):
        server.data.mkdir()
        (server.data / "letter.txt").touch()
        with pytest.raises(LocalError, match="holds files but no PostgreSQL database"):
            server.start()
        assert [path.name for path in server.data.iterdir()] == ["letter.txt"]

    def test_a_broken_database(self, server):
        server.start()
        server.stop()
        (server.data / "global" / "pg_control").unlink()
        with pytest.raises(LocalError, match=r"does not start: .*pg_control") as refused:
            server.start()
        assert "\n" not in str(refused.value)

    @pytest.mark.parametrize(
        "trouble",
        [
            OSError(28, "No space left on device"),
            subprocess.CalledProcessError(1, "initdb", "could not write: No space left on device"),
        ],
        ids=["files", "programs"],
    )
    def test_a_full_disk(self, folder, trouble):
        with pytest.raises(LocalError, match=r"^The disk that holds .* is full"), explain(folder):
            raise trouble
