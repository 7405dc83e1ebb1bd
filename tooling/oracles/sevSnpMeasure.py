"""Runs commands of sev-snp-measure, all in one process: a JSON list of argument lists in, a JSON list of results out."""

import contextlib
import io
import json
import sys

from sevsnpmeasure import cli, id_block

PROGRAMS = {"sev-snp-measure": cli.main, "snp-create-id-block": id_block.main}


def run(command):
    out, err = io.StringIO(), io.StringIO()
    sys.argv = command
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = PROGRAMS[command[0]]()
    except SystemExit as end:
        code = end.code
    except Exception as error:  # The command would end with a trace and code 1.
        code, err = 1, io.StringIO(f"{type(error).__name__}: {error}")
    return {"code": code or 0, "out": out.getvalue().strip(), "error": err.getvalue().strip()}


json.dump([run(command) for command in json.load(sys.stdin)], sys.stdout)
