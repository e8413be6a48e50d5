"""Which tests of a report a planned test means. Pure.

A person writes `test_x()`, `Class.test_x`, `path/file.py::Class::test_x[param]`, `TestLogin/empty password` or a sentence
("Math > adds two numbers"); a runner reports file, class and name as it sees fit. Both are cut into words at what runners and
people part names with (`::`, `.`, `/`, `\\`, `#`, `$`, `+`, ` > `, blanks), and a plan's words must be the last words of a
test's class and name, so that `test_x` never means `test_xy`.

The plan's file must not be contradicted. What tells a test's file is, first, the file that the report states (or a class that
is a path, as vitest and Playwright write it): two paths agree where one is the tail of the other. Else the class tells it:

- pytest and unittest write the module: `tests.unit.test_x.TestLogin` is `tests/unit/test_x.py` and no other file;
- Java, Kotlin, Groovy, PHP and C# name the file after the class; Java's folders are its packages, the others' need not be;
- Go's class is the package: the folder of the file.

For all others a class tells nothing of the file, and nothing is contradicted.

Tests that differ only in parameters are one family: a planned name without parameters means all of them, and so does a Go test with
its subtests (`TestLogin/empty` is a case of `TestLogin`). What the file says goes before how much of the name the plan's words cover.
Where several families are left on the best rank, nothing is guessed: the match is ambiguous.
"""

from audits.matching.families import How, Match, match
from audits.matching.names import full_id, path_of, paths_agree

__all__ = ["How", "Match", "full_id", "match", "path_of", "paths_agree"]
