/** What an account may do, as a form asks for it: role, and the facilities or the maker that the role works for. */
import { useQuery } from '@tanstack/react-query'
import { ROLES, type Role } from '../../../core/rest/route.ts'
import { allPages } from '../all-pages.ts'
import { Checks, Choice } from '../datasets/fields.tsx'
import { useSignedIn } from '../me.ts'
import { useSay, useServices } from '../services.ts'

const PAGE = 500
/** Roles that work inside facilities; a facility's administrator appoints only these. */
const IN_FACILITIES: readonly Role[] = ['staff', 'display', 'facility_admin']

export interface Rights {
  role: Role | null
  facilities: readonly string[]
  maker: string
}
export const isInFacility = (role: Role | null): boolean => role !== null && IN_FACILITIES.includes(role)

/** As the server will judge it: a wall shows exactly one facility. */
export const isWhole = ({ role, facilities, maker }: Rights): boolean =>
  role !== null &&
  (!isInFacility(role) || (role === 'display' ? facilities.length === 1 : facilities.length > 0)) &&
  (role !== 'manufacturer' || maker !== '')

/** What of it the role does not use is left out. */
export const rightsOf = ({ role, facilities, maker }: Rights) => ({
  role: role ?? 'staff',
  facilities: isInFacility(role) ? [...facilities] : [],
  maker: role === 'manufacturer' ? maker : null,
})

export function RightsFields({ rights, onChange }: { rights: Rights; onChange: (rights: Rights) => void }) {
  const say = useSay()
  const { me } = useSignedIn()
  const { call } = useServices()
  const { role, facilities, maker } = rights
  const { data } = useQuery({
    queryKey: ['facilities', 'all'],
    queryFn: () => allPages(after => call('facilities', { query: { limit: PAGE, after } })),
  })
  const makers = [...new Set([...(data ?? []).flatMap(({ bench_of }) => bench_of ?? []), ...(maker ? [maker] : [])])]
  return (
    <>
      <Choice
        label={say('users.role')}
        placeholder={say('users.rolePlaceholder')}
        value={role}
        options={(me.role === 'platform_admin' ? ROLES : IN_FACILITIES).map(each => ({
          id: each,
          text: say(`role.${each}`),
        }))}
        isInvalid={false}
        onChange={chosen => onChange({ ...rights, role: ROLES.find(each => each === chosen) ?? null })}
      />
      {isInFacility(role) && (
        <Checks
          label={say('users.facilities')}
          hint={say(role === 'display' ? 'users.facilityOne' : 'users.facilitiesHint')}
          value={facilities}
          options={(data ?? [])
            .filter(facility => facility.bench_of === null)
            .map(({ id, name }) => ({ id, text: name, note: id }))}
          isInvalid={role === 'display' && facilities.length > 1}
          onChange={chosen => onChange({ ...rights, facilities: chosen })}
        />
      )}
      {role === 'manufacturer' &&
        (makers.length === 0 ? (
          <p>{say('users.noMakers')}</p>
        ) : (
          <Choice
            label={say('users.maker')}
            placeholder={say('users.rolePlaceholder')}
            value={maker || null}
            options={makers.toSorted().map(id => ({ id, text: id }))}
            isInvalid={false}
            onChange={chosen => onChange({ ...rights, maker: chosen })}
          />
        ))}
    </>
  )
}
