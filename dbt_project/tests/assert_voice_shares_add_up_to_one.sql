-- If this fails, share of voice over- or understates an outlet's speakers.
select outlet_id, month_start_date, sum(voice_share) as total
from {{ ref('outlet_actor_share') }}
group by outlet_id, month_start_date
having abs(sum(voice_share) - 1) > 1e-9
    or min(others_voice_share) < 0
    or max(others_voice_share) > 1
