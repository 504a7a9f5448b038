"use strict";
{# drf-spectacular's own script also contains a CSRF token. The API needs none, and without it everyone gets the same. #}
const ui = SwaggerUIBundle({
  url: "{{ schema_url|escapejs }}",
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  ...{{ settings|safe }},
});
