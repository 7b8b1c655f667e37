"""Makes `aws-provider-VERSION.jsonl.gz` from the npm package `@cdktf/provider-aws` (MPL-2.0), which is generated from the
Terraform AWS provider's own schema.

    npm pack @cdktf/provider-aws@21.22.1        # made from version 6.25.0 of the provider
    python3 extract_schema.py cdktf-provider-aws-21.22.1.tgz .

Only names, flags and types are taken, no text of the documentation.

- Arguments and blocks come from the package's `.jsii` manifest: the configuration's interface of each class. The name in
  Terraform stands in a documentation link: in `docs.summary` for most attributes, in `docs.remarks` for blocks and for
  attributes with a description. Reading the summary only would lose every block.
- What is exported comes from the getters of the JavaScript classes, which name it as Terraform does.

The first line of the result is `{"provider", "version", "source"}`; every other line is `KIND TYPE MEMBERS`, sorted, with
`resource`, `data` or `provider` as kind. A member is a string, or a list of that string and its own members:

- first a flag: `!` required, `?` optional, `=` only exported;
- then a type: `s` string, `n` number, `b` boolean, `*` any, `l` or `m` and another type for a list or map of it;
  with members: `o` object, `l` list of objects, `m` map of objects, `B` block that may be there once, `L` block that may
  be repeated.
"""

import gzip
import json
import re
import sys
import tarfile
from pathlib import Path

LINK = re.compile(r"\{@link https://\S+?/aws/([0-9.]+)/docs(?:/(?:resources|data-sources)/\S*?)?#(\w+) ")
PACKAGE = "@cdktf/provider-aws."
CLASS = re.compile(r"^class (\w+) extends cdktf\.(\w+) \{$(.*?)^\}$", re.M | re.S)
TYPE = re.compile(r"terraformResourceType: '(\w+)'")
GETTER = re.compile(r"get(\w*)Attribute\('(\w+)'\)")
RAW = re.compile(r"interpolationForAttribute\('(\w+)'\)")
NESTED = re.compile(r"new (?:\w+\.)*(\w+)\(this, \"(\w+)\"")
ITEM = re.compile(r"new (?:\w+\.)*(\w+OutputReference)\(this\.")
BASES = {
    "cdktf.TerraformResource": "resource",
    "cdktf.TerraformDataSource": "data",
    "cdktf.TerraformProvider": "provider",
}
GETTERS = {
    "String": "s",
    "Number": "n",
    "Boolean": "b",
    "List": "ls",
    "NumberList": "ln",
    "StringMap": "ms",
    "NumberMap": "mn",
    "BooleanMap": "mb",
    "Any": "*",
    "AnyMap": "m*",
}


def main(package: Path, folder: Path) -> None:
    scripts: dict[str, dict[str, tuple[str, str]]] = {}
    manifest = {}
    with tarfile.open(package) as archive:
        for member in archive:
            parts = member.name.split("/")
            if member.name == "package/.jsii":
                manifest = json.load(archive.extractfile(member))
            elif member.name.endswith(".js") and parts[1] == "lib" and len(parts) > 3:
                text = archive.extractfile(member).read().decode()
                module = scripts.setdefault(parts[2], {})
                for name, base, body in CLASS.findall(text):
                    module[name] = (base, body)
    types = manifest["types"]
    version = next(iter(LINK.findall(json.dumps(types[PACKAGE + "s3Bucket.S3BucketConfig"]))))[0]
    # The configuration of a class is what its constructor takes last.
    configs = {
        described["name"]: described["initializer"]["parameters"][-1]["type"]["fqn"]
        for described in types.values()
        if described.get("base") in BASES
    }
    lines = set()
    for module in scripts.values():
        for name, (base, body) in module.items():
            kind = BASES.get(f"cdktf.{base}")
            if kind is None:
                continue
            terraform_type = TYPE.search(body).group(1)
            members = arguments(types, module, types[configs[name]])
            for key, value in exports(module, body).items():
                members.setdefault(key, value)
            text = json.dumps(members, separators=(",", ":"), sort_keys=True)
            lines.add(f"{kind} {terraform_type} {text}")
    header = {"provider": "hashicorp/aws", "version": version, "source": f"{manifest['name']} {manifest['version']}"}
    content = "\n".join([json.dumps(header, separators=(",", ":")), *sorted(lines)]) + "\n"
    out = folder / f"aws-provider-{version}.jsonl.gz"
    # Without a name and a time, so that the same package gives the same bytes.
    out.write_bytes(gzip.compress(content.encode(), 9, mtime=0))
    print(f"{out}: {len(lines)} types, {len(content)} bytes, {out.stat().st_size} compressed")


def exports(module: dict, body: str) -> dict:
    """What a class exports: its getters, and the objects that its constructor makes."""
    found: dict = {}
    for getter, name in GETTER.findall(body):
        found[name] = "=" + GETTERS[getter]
    for name in RAW.findall(body):
        found.setdefault(name, "=*")
    for child, name in NESTED.findall(body):
        if child not in module:
            if child.startswith(("StringMapList", "BooleanMapList", "NumberMapList", "AnyMapList")):
                found[name] = "=lm*"
            continue
        shape, inner = nested(module, child)
        found[name] = ["=" + shape, exports(module, inner)]
    found.pop("fqn", None)
    return found


def nested(module: dict, name: str) -> tuple[str, str]:
    """The shape of an object that a class holds, and the class of one item."""
    base, body = module[name]
    shape = {"ComplexList": "l", "ComplexMap": "m"}.get(base, "o")
    if shape != "o":
        item = ITEM.search(body).group(1)
        # The class of an item may stand in another file of the module.
        return shape, module[item][1]
    return shape, body


def arguments(types: dict, module: dict, struct: dict) -> dict:
    """The arguments of a configuration or of a block, with what is exported from inside."""
    members: dict = {}
    for described in struct.get("properties", []):
        docs = described.get("docs", {})
        summary, remarks = docs.get("summary", ""), docs.get("remarks", "")
        is_block = summary.endswith(" block.")
        link = LINK.search(summary) or LINK.search(remarks)
        if link is None:
            raise SystemExit(f"{struct['fqn']}.{described['name']} has no link to the documentation")
        flag = "?" if described.get("optional") else "!"
        shape, inner = shape_of(described["type"])
        if inner is None:
            members[link.group(2)] = flag + shape
            continue
        child = types[inner]
        values = arguments(types, module, child)
        item = module.get(child["name"] + "OutputReference")
        if item:
            for key, value in exports(module, item[1]).items():
                values.setdefault(key, value)
        if is_block:
            # A block that may be there once is a list of one where it is referred to.
            shape = {"o": "B", "l": "L", "m": "L"}[shape]
        members[link.group(2)] = [flag + shape, values]
    return members


def shape_of(described: dict) -> tuple[str, str | None]:
    """The type of a property; for objects also the name of their interface."""
    if "union" in described:
        others = [other for other in described["union"]["types"] if other.get("fqn") != "cdktf.IResolvable"]
        if len(others) != 1:
            return "*", None
        return shape_of(others[0])
    if "primitive" in described:
        return {"string": "s", "number": "n", "boolean": "b"}.get(described["primitive"], "*"), None
    if "collection" in described:
        outer = {"array": "l", "map": "m"}[described["collection"]["kind"]]
        shape, inner = shape_of(described["collection"]["elementtype"])
        return (outer, inner) if inner else (outer + shape, None)
    if described["fqn"].startswith(PACKAGE):
        return "o", described["fqn"]
    return "*", None


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
