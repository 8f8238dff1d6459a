PREFIX grade: <https://w3id.org/pledgegraph/scheme/grade#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

DELETE { grade:secondary skos:definition ?definition }
WHERE {
  grade:secondary skos:definition ?definition .
  FILTER (LANG(?definition) = "ar")
}
