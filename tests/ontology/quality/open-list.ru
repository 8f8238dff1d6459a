PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX grade: <https://w3id.org/pledgegraph/scheme/grade#>

INSERT DATA { grade:new skos:inScheme <https://w3id.org/pledgegraph/scheme/grade> }
