PREFIX freshness: <https://w3id.org/pledgegraph/scheme/freshness#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

DELETE { freshness:due skos:definition ?definition }
WHERE {
  freshness:due skos:definition ?definition .
  FILTER (LANG(?definition) = "zh")
}
