// Starts the reader. A file of its own, because the page allows no inline script.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reader",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  // Nothing leaves this server: no validator badge, no remote references.
  validatorUrl: null,
  // Swagger UI leaves the list of servers without a name.
  onComplete: () => document.getElementById("servers")?.setAttribute("aria-label", "Server"),
});
