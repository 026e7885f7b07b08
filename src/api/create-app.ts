// The HTTP server: deny by default. The gate stands before the router, so that no spelling of a path can slip past it.
// Never redirects (a redirected POST loses its body). Read next: routes.ts.
import { Hono, type Context } from 'hono'
import type { ApiDeps } from './api-deps.ts'
import { toHttpError } from './http-error.ts'
import { ROUTES } from './routes.ts'
import { bearerOf, isToken } from './token.ts'

/** Creates the app. It listens nowhere by itself: serve-app.ts does. */
export function createApp(deps: ApiDeps): Hono {
  const app = new Hono({ strict: true })
  app.use('/hooks/*', async (context, next) => {
    await next()
    deps.answered?.(context.req.path.split('/')[2] ?? '', context.res.status)
  })
  // Hooks know their senders by secrets of their own, so they stand before the gate; to the letter, as every open route.
  app.use('*', async (context, next) => {
    const { hooks } = deps
    if (hooks?.handles(pathOf(context)) !== true) return next()
    return hooks.answer(context.req.raw)
  })
  app.use('*', async (context, next) => {
    if (!isOpen(context) && !isToken(bearerOf(context.req.header('authorization')), deps.token))
      return unauthorized(context)
    await next()
    context.header('cache-control', 'no-store')
    context.header('x-content-type-options', 'nosniff')
  })
  for (const { method, path, handle } of ROUTES) app.on(method, path, (context) => handle(deps, context))
  app.notFound((context) => context.json({ v: 1, error: 'not-found' }, 404))
  app.onError((error, context) => {
    const known = toHttpError(error)
    if (known !== null) return context.json({ v: 1, error: known.code, message: known.message }, known.status)
    deps.log.error({ err: error, path: context.req.path }, 'a request failed')
    return context.json({ v: 1, error: 'internal' }, 500)
  })
  return app
}

const pathOf = (context: Context): string => new URL(context.req.url).pathname

/** Is this, to the letter, a route that anyone may call? */
function isOpen(context: Context): boolean {
  const { method } = context.req
  const written = pathOf(context)
  return ROUTES.some(
    (route) => route.right === 'open' && route.path === written && (method === route.method || method === 'HEAD'),
  )
}

const unauthorized = (context: Context): Response =>
  context.json({ v: 1, error: 'unauthorized' }, 401, {
    'www-authenticate': 'Bearer realm="phix"',
    'cache-control': 'no-store',
  })
