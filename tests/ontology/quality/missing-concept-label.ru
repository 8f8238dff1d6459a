PREFIX status: <https://w3id.org/pledgegraph/scheme/status#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

DELETE { status:not-reported skos:prefLabel ?label }
WHERE {
  status:not-reported skos:prefLabel ?label .
  FILTER (LANG(?label) = "ar")
}
