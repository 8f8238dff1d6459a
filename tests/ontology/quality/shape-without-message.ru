PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX shapes: <https://w3id.org/pledgegraph/shapes#>

DELETE { shapes:Commitment-madeBy sh:message ?message }
WHERE {
  shapes:Commitment-madeBy sh:message ?message .
  FILTER (LANG(?message) = "es")
}
