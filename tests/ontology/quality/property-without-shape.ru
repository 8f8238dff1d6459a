PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX shapes: <https://w3id.org/pledgegraph/shapes#>

DELETE WHERE { shapes:Commitment-stage sh:path ?path }
