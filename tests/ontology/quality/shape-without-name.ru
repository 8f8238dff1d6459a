PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX shapes: <https://w3id.org/pledgegraph/shapes#>

INSERT DATA { shapes:Commitment sh:property [ sh:path sh:name ] }
