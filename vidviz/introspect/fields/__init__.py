"""What each step and place of a layer sees of the clip: receptive fields, and where they are centred in time.

In: a network without numbers (on torch's meta device) or with them, and the shape of a clip.

Out: fields and strides by layer (`receptive_field`), the fields that are effective (`effective_field`), the frame at
which each step is centred (`step_moments`).

`follow` goes through a network call by call, by the rules of `follow_rules` and `follow_moments`; what it cannot follow
is measured by gradients (`measured_moments`). `services.inside` calls these modules.
"""
