// Starts Swagger UI on the page /docs/try. In a file of its own, since the page allows no inline script.
SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  // Without this the page would ask an online service whether the description is valid.
  validatorUrl: "none",
});
